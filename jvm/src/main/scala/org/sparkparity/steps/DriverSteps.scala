package org.sparkparity.steps

import java.util.concurrent.{Callable, ExecutionException, Executors}

import org.apache.hadoop.conf.Configuration
import org.sparkparity.{NativeStep, TaskIo}

import scala.collection.JavaConverters._

/** Native steps that run on the driver. */
private[sparkparity] final class DriverSteps(conf: Configuration) {

  /** Everything that a step gives for these blocks. */
  def call(step: String, plan: Array[Byte], args: Array[Byte], blocks: Seq[Array[Byte]] = Nil): Seq[Array[Byte]] = {
    val open = NativeStep.open(step, plan, args, new TaskIo(conf, null))
    try {
      blocks.foreach(block => open.feed(block))
      Iterator.continually(open.next()).takeWhile(_ != null).flatMap(_.iterator).toVector
    } finally open.close()
  }

  /** The same for many arguments at a time, on a few threads: for what mostly waits for a file system. */
  def callEach(step: String, calls: Seq[(Array[Byte], Seq[Array[Byte]])]): Seq[Array[Byte]] = {
    val pool = Executors.newFixedThreadPool(math.max(1, math.min(calls.size, DriverSteps.Threads)))
    try {
      val tasks = calls.map { case (args, blocks) =>
        new Callable[Seq[Array[Byte]]] {
          override def call() = DriverSteps.this.call(step, Array.emptyByteArray, args, blocks)
        }
      }
      pool.invokeAll(tasks.asJava).asScala.flatMap(_.get()).toVector
    } catch {
      case e: ExecutionException => throw e.getCause
    } finally pool.shutdownNow()
  }
}

private object DriverSteps {
  private val Threads = 8
}
