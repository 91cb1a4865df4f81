package org.sparkparity

import java.util.Collections

import org.apache.spark.{SparkConf, SparkContext}
import org.apache.spark.api.plugin.{DriverPlugin, ExecutorPlugin, PluginContext, SparkPlugin}
import org.slf4j.LoggerFactory

/** `spark.plugins`: the one line of configuration that installs everything. */
class ParityPlugin extends SparkPlugin {
  override def driverPlugin(): DriverPlugin = if (BuiltFor.isThisSpark) new ParityDriverPlugin else null

  /** Executors come and go; they load the native library with their first step, and need nothing before. */
  override def executorPlugin(): ExecutorPlugin = null
}

private[sparkparity] final class ParityDriverPlugin extends DriverPlugin {
  override def init(sc: SparkContext, context: PluginContext): java.util.Map[String, String] = {
    // The context's own configuration, which the first session is going to read.
    ParityDriverPlugin.addExtensions(context.conf())
    ParityDriverPlugin.memoryWarning(context.conf()).foreach(LoggerFactory.getLogger(classOf[ParityPlugin]).warn(_))
    Collections.emptyMap()
  }
}

private[sparkparity] object ParityDriverPlugin {
  private val Extensions = "spark.sql.extensions"

  /** What a task takes at most, by design. */
  private val TaskMiB = 256L

  /** Others' extensions stay. */
  def addExtensions(conf: SparkConf): Unit = {
    val present = conf.get(Extensions, "").split(',').map(_.trim).filter(_.nonEmpty)
    val ours = classOf[ParityExtensions].getName
    if (!present.contains(ours)) conf.set(Extensions, (present :+ ours).mkString(","))
  }

  /** Whether a container may be killed for what our tasks take beside the heap. With off-heap memory Spark itself
    * counts it; a local or standalone executor has no limit that could be exceeded.
    */
  def memoryWarning(conf: SparkConf): Option[String] = {
    val master = conf.get("spark.master", "")
    val isContained = master.startsWith("yarn") || master.startsWith("k8s")
    if (!isContained || conf.getBoolean("spark.memory.offHeap.enabled", defaultValue = false)) None
    else {
      val heapMiB = conf.getSizeAsMb("spark.executor.memory", "1g")
      val factor = conf.getDouble("spark.executor.memoryOverheadFactor", 0.1)
      val overheadMiB =
        conf.getSizeAsMb("spark.executor.memoryOverhead", s"${math.max((heapMiB * factor).toLong, 384L)}m")
      val cores = conf.getInt("spark.executor.cores", 1)
      val neededMiB = cores * TaskMiB
      if (neededMiB <= overheadMiB) None
      else
        Some(
          s"spark-parity: $cores tasks at a time may take $neededMiB MiB of native memory, and executors have " +
            s"$overheadMiB MiB beside their heap: set spark.executor.memoryOverhead to ${neededMiB + overheadMiB}m"
        )
    }
  }
}
