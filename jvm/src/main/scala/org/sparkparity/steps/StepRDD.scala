package org.sparkparity.steps

import org.apache.spark.{InterruptibleIterator, OneToOneDependency, Partition, SparkContext, TaskContext}
import org.apache.spark.rdd.RDD
import org.apache.spark.sql.sparkparity.DeterminateRDD
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.vectorized.ColumnarBatch
import org.sparkparity.ParityException
import org.sparkparity.steps.Blocks.Keyed

import scala.reflect.ClassTag

/** A task of a step, with the partitions that feed it and what it alone is told.
  *
  * That travels here and nowhere else: a partition goes to its task in a message, whereas an RDD is broadcast. What is
  * broadcast may be written to disk, and reaches every executor.
  */
private[sparkparity] final class StepPartition(val index: Int, val parents: Seq[Partition], val own: TaskOwn)
    extends Partition

/** A native step over the blocks of its parents: task `i` is fed partition `i` of each parent, one parent after the
  * other.
  *
  * A step gives the same bytes in whatever order blocks arrive, so the result is declared determinate.
  */
private[sparkparity] abstract class NativeRDD[T: ClassTag](
    sc: SparkContext,
    call: StepCall,
    parents: Seq[RDD[Keyed]],
    tasks: Int,
    @transient private val own: Int => TaskOwn
) extends DeterminateRDD[T](sc, parents.map(new OneToOneDependency(_))) {

  override protected def getPartitions: Array[Partition] = {
    val feeding = dependencies.map(_.rdd.partitions)
    Array.tabulate(tasks)(i => new StepPartition(i, feeding.map(_(i)), own(i)))
  }

  override protected def getPreferredLocations(partition: Partition): Seq[String] =
    call.places(partition.index) ++ partition.asInstanceOf[StepPartition].own.places

  override def compute(partition: Partition, context: TaskContext): Iterator[T] = leavingTask {
    val results = computed(partition, context)
    new Iterator[T] {
      override def hasNext: Boolean = leavingTask(results.hasNext)
      override def next(): T = leavingTask(results.next())
    }
  }

  private def leavingTask[A](body: => A): A =
    try body
    catch { case error: ParityException => throw error.leavingTask() }

  private def computed(partition: Partition, context: TaskContext): Iterator[T] = {
    val task = partition.asInstanceOf[StepPartition]
    val step = call.open(task.index, task.own, context)
    val feeding = dependencies.zip(task.parents)
    val blocks = feeding.iterator.flatMap { case (dependency, split) =>
      dependency.rdd.asInstanceOf[RDD[Keyed]].iterator(split, context)
    }
    val results = run(step, new InterruptibleIterator(context, blocks.map { case (_, block) => block }))
    // The step ends with its results, not with the task: several follow each other in one.
    def end: Iterator[T] = {
      step.finish()
      Iterator.empty
    }
    new InterruptibleIterator(context, results ++ end)
  }

  /** What the step makes of these blocks. */
  protected def run(step: TaskStep, blocks: Iterator[Array[Byte]]): Iterator[T]
}

/** A step that gives blocks. */
private[sparkparity] final class StepRDD(
    sc: SparkContext,
    call: StepCall,
    parents: Seq[RDD[Keyed]],
    tasks: Int,
    own: Int => TaskOwn
) extends NativeRDD[Keyed](sc, call, parents, tasks, own) {
  override protected def run(step: TaskStep, blocks: Iterator[Array[Byte]]): Iterator[Keyed] = {
    blocks.foreach(block => step.native.feed(block))
    val several = Iterator.continually(step.native.next()).takeWhile(_ != null)
    several.flatMap(_.iterator).map(block => (Blocks.key(block), block))
  }
}

/** A step that gives rows: after each block those that are ready, so that it holds little, and the last ones after an
  * empty block. A batch lives until the next one is asked for.
  */
private[sparkparity] final class FrameRDD(
    sc: SparkContext,
    schema: StructType,
    call: StepCall,
    parents: Seq[RDD[Keyed]],
    tasks: Int,
    own: Int => TaskOwn
) extends NativeRDD[ColumnarBatch](sc, call, parents, tasks, own) {
  override protected def run(step: TaskStep, blocks: Iterator[Array[Byte]]): Iterator[ColumnarBatch] =
    (blocks ++ Iterator.single(Array.emptyByteArray)).flatMap { block =>
      step.native.feed(block)
      Iterator.continually(step.native.nextBatch(schema)).takeWhile(_ != null)
    }
}
