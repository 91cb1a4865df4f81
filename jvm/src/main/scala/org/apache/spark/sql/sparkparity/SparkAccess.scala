package org.apache.spark.sql.sparkparity

import org.apache.spark.{Dependency, SparkContext, TaskContext}
import org.apache.spark.rdd.{DeterministicLevel, RDD}
import org.apache.spark.util.CallSite

import scala.reflect.ClassTag

/** The little of Spark that it keeps for its own packages: why this file lives in one. */
object SparkAccess {

  /** Names of local properties. */
  val JobGroup: String = SparkContext.SPARK_JOB_GROUP_ID
  val JobDescription: String = SparkContext.SPARK_JOB_DESCRIPTION
  val InterruptOnCancel: String = SparkContext.SPARK_JOB_INTERRUPT_ON_CANCEL
  val JobTags: String = SparkContext.SPARK_JOB_TAGS
  val StageName: String = CallSite.SHORT_FORM

  /** Shows in Spark's UI what native code did where Spark cannot see it. */
  def record(context: TaskContext, bytesRead: Long, rows: Long, peakBytes: Long): Unit = {
    val metrics = context.taskMetrics()
    metrics.incPeakExecutionMemory(peakBytes)
    if (bytesRead > 0) {
      metrics.inputMetrics.incBytesRead(bytesRead)
      metrics.inputMetrics.incRecordsRead(rows)
    }
  }
}

/** An RDD whose partitions hold the same elements in the same order whenever they are computed.
  *
  * Spark cannot see that: it takes whatever follows an exchange for unordered, and would then repeat whole stages where
  * a single lost task is enough.
  */
abstract class DeterminateRDD[T: ClassTag](context: SparkContext, dependencies: Seq[Dependency[_]])
    extends RDD[T](context, dependencies) {
  override protected def getOutputDeterministicLevel: DeterministicLevel.Value = DeterministicLevel.DETERMINATE
}
