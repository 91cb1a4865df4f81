package org.sparkparity.steps

import java.io.ObjectOutputStream
import java.util.Base64

import org.apache.hadoop.conf.Configuration
import org.apache.spark.{SparkContext, TaskContext}
import org.apache.spark.broadcast.Broadcast
import org.apache.spark.sql.sparkparity.SparkAccess
import org.apache.spark.util.{LongAccumulator, SerializableConfiguration}
import org.sparkparity.{Json, NativeStep, StepMetrics, TaskIo}
import org.sparkparity.jobs.Holdings

/** What one task alone is told: the masks of the run, and the split that it opens. */
private[sparkparity] final class TaskOwn(masks: Masks, split: Option[Split]) extends Serializable {

  /** Where it is best opened. */
  def places: Seq[String] = split.toSeq.flatMap(_.places)

  /** How much there is to read, about. */
  def bytes: Long = split.fold(0L)(_.bytes)

  /** For the arguments of a step. */
  def args: Seq[(String, Any)] =
    split.toSeq.map(split => "source" -> Base64.getEncoder.encodeToString(split.source)) ++ masks.args
}

/** Arguments of the tasks of a step: each task's number, under the name `number` and counted from `first`, and what all
  * of them share; what is `known` may be large.
  */
private[sparkparity] final case class StepArgs(
    number: String,
    first: Int,
    shared: Map[String, Any] = Map.empty,
    known: Map[String, Broadcast[String]] = Map.empty
) {
  def bytes(task: Int, own: TaskOwn): Array[Byte] = {
    val texts = known.map { case (name, text) => name -> text.value }
    Json.bytes(Seq(number -> (first + task)) ++ shared ++ texts ++ own.args: _*)
  }
}

/** A step as tasks open it. */
private[sparkparity] final class StepCall(
    val step: String,
    plan: Broadcast[Array[Byte]],
    conf: Broadcast[SerializableConfiguration],
    args: (Int, TaskOwn) => Array[Byte],
    counters: StepCounters,
    copies: Option[StageCopies],
    @transient private val holdings: Holdings
) extends Serializable {

  /** Where a task is best run, as far as copies go; on the driver. */
  def places(task: Int): Seq[String] = copies.toSeq.flatMap(_.places(task))

  def open(task: Int, own: TaskOwn, context: TaskContext): TaskStep = {
    val ofTask = copies.map(_.of(task, context.taskAttemptId(), own.bytes))
    new TaskStep(step, plan.value, args(task, own), conf.value.value, context, counters, ofTask)
  }

  /** What is freed is not sent to tasks. Spark 4 keeps the RDD of a frame that was read once, and does not ask the
    * comparison for it again.
    */
  private def writeObject(out: ObjectOutputStream): Unit = {
    holdings.checkOpen()
    out.defaultWriteObject()
  }
}

/** A step that is open in a task.
  *
  * Its end is registered with the task before it begins, so that whatever happens to the task frees it; and it is
  * registered when the RDD is computed, not when its first element is asked for. Spark runs listeners in reverse: a
  * Python worker's thread that reads our batches registers later, and so is stopped before their memory goes.
  */
private[sparkparity] final class TaskStep(
    step: String,
    plan: Array[Byte],
    args: Array[Byte],
    conf: Configuration,
    context: TaskContext,
    counters: StepCounters,
    copies: Option[TaskCopies]
) extends AutoCloseable {
  private var open: NativeStep = _
  private var isClosed = false
  context.addTaskCompletionListener[Unit](_ => close())
  open = NativeStep.open(step, plan, args, new TaskIo(conf, context, copies.orNull))

  def native: NativeStep = open

  /** Ends the step after it has given all that it gives. */
  def finish(): Unit = synchronized {
    if (open != null && !isClosed) end(isWhole = true)
  }

  override def close(): Unit = synchronized {
    if (open == null) copies.foreach(_.end(isWhole = false))
    else if (!isClosed) end(isWhole = false)
  }

  private def end(isWhole: Boolean): Unit = {
    isClosed = true
    try open.close()
    finally copies.foreach(_.end(isWhole))
    val metrics = open.metrics()
    SparkAccess.record(context, metrics.bytesRead, metrics.rows, metrics.peakNativeBytes)
    counters.add(metrics)
  }
}

/** What the tasks of a step did, as Spark's stage page shows it. Each RDD has its own: Spark shows totals of counters.
  */
private[sparkparity] final class StepCounters(
    rows: LongAccumulator,
    bytesRead: LongAccumulator,
    reads: LongAccumulator,
    readWaitMs: LongAccumulator,
    nativeMs: LongAccumulator
) extends Serializable {
  def add(metrics: StepMetrics): Unit = {
    rows.add(metrics.rows)
    bytesRead.add(metrics.bytesRead)
    reads.add(metrics.reads)
    readWaitMs.add(StepCounters.inMs(metrics.readWaitNs))
    nativeMs.add(StepCounters.inMs(metrics.nativeNs))
  }

  /** What has been read so far; on the driver. */
  def read: Reads = Reads(bytesRead.value, reads.value)
}

/** Bytes that were read from files, and in how many requests. */
private[sparkparity] final case class Reads(bytes: Long, requests: Long) {
  def +(other: Reads): Reads = Reads(bytes + other.bytes, requests + other.requests)
  def -(other: Reads): Reads = Reads(bytes - other.bytes, requests - other.requests)
}

private[sparkparity] object StepCounters {

  /** Rounded: short tasks must not sum up to nothing. */
  private def inMs(ns: Long): Long = math.round(ns / 1e6)

  def of(sc: SparkContext, step: String): StepCounters = new StepCounters(
    sc.longAccumulator(s"$step: rows"),
    sc.longAccumulator(s"$step: bytes read"),
    sc.longAccumulator(s"$step: reads"),
    sc.longAccumulator(s"$step: waiting for reads (ms)"),
    sc.longAccumulator(s"$step: in native code (ms)")
  )
}
