package org.sparkparity.run

import java.util.concurrent.{ExecutionException, FutureTask}

import org.apache.spark.SparkContext
import org.sparkparity.comparison.Comparison
import org.sparkparity.jobs.LocalProperties

/** A run: executed by the first who asks for its result, while others wait. */
private[sparkparity] final class Run(val id: String, sc: SparkContext, work: Run => Unit) {
  @volatile private var finished: Option[Comparison] = None
  @volatile private var cancelled = false
  private val task = Run.task(work, this)

  def isCancelled: Boolean = cancelled

  /** From here on the run's frames can be read; the run itself may still be writing its output. */
  def publish(comparison: Comparison): Unit = finished = Some(comparison)

  def comparison: Option[Comparison] = finished

  def await(): Comparison = {
    task.run()
    try task.get()
    catch { case e: ExecutionException => throw e.getCause }
    comparison.get
  }

  /** Ends the run if it is still going, and frees what it holds. */
  def close(): Unit = {
    cancelled = true
    if (!task.isDone) LocalProperties.cancel(sc, id)
    comparison.foreach(_.close())
  }
}

private object Run {

  /** Made here, where `work` becomes no field: it knows the session, and a task that is done forgets it. */
  private def task(work: Run => Unit, run: Run): FutureTask[Unit] = new FutureTask[Unit](() => work(run), ())
}
