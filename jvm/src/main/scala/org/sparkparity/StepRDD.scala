package org.sparkparity

import org.apache.spark.{InterruptibleIterator, OneToOneDependency, Partition, SparkContext, TaskContext}
import org.apache.spark.rdd.RDD
import org.apache.spark.sql.sparkparity.DeterminateRDD
import org.apache.spark.sql.vectorized.ColumnarBatch
import org.sparkparity.Blocks.Keyed

import scala.reflect.ClassTag

/** A task of a step, with the partitions that feed it. */
private[sparkparity] final class StepPartition(val index: Int, val parents: Seq[Partition]) extends Partition

/** A native step over the blocks of its parents: task `i` is fed partition `i` of each parent, one parent after the
  * other.
  *
  * A step gives the same bytes in whatever order blocks arrive, so the result is declared determinate.
  */
private[sparkparity] abstract class NativeRDD[T: ClassTag](
    sc: SparkContext,
    call: StepCall,
    parents: Seq[RDD[Keyed]],
    tasks: Int
) extends DeterminateRDD[T](sc, parents.map(new OneToOneDependency(_))) {

  override protected def getPartitions: Array[Partition] = {
    val feeding = dependencies.map(_.rdd.partitions)
    Array.tabulate(tasks)(i => new StepPartition(i, feeding.map(_(i))))
  }

  override def compute(partition: Partition, context: TaskContext): Iterator[T] = {
    val step = call.open(partition.index, context)
    val feeding = partition.asInstanceOf[StepPartition].parents
    dependencies.zip(feeding).foreach { case (dependency, split) =>
      val blocks = dependency.rdd.asInstanceOf[RDD[Keyed]].iterator(split, context)
      new InterruptibleIterator(context, blocks).foreach { case (_, block) => step.native.feed(block) }
    }
    new InterruptibleIterator(context, results(step))
  }

  protected def results(step: TaskStep): Iterator[T]

  /** What `next` gives until it gives null; the step ends there, not with the task. */
  protected final def untilNull[A <: AnyRef](step: TaskStep)(next: NativeStep => A): Iterator[A] =
    Iterator.continually(next(step.native)).takeWhile { given =>
      if (given == null) step.close()
      given != null
    }
}

/** A step that gives blocks. */
private[sparkparity] final class StepRDD(sc: SparkContext, call: StepCall, parents: Seq[RDD[Keyed]], tasks: Int)
    extends NativeRDD[Keyed](sc, call, parents, tasks) {
  override protected def results(step: TaskStep): Iterator[Keyed] =
    untilNull(step)(_.next()).flatMap(_.iterator).map(block => (Blocks.key(block), block))
}

/** A step that gives rows. A batch lives until the next one is asked for. */
private[sparkparity] final class FrameRDD(sc: SparkContext, call: StepCall, parents: Seq[RDD[Keyed]], tasks: Int)
    extends NativeRDD[ColumnarBatch](sc, call, parents, tasks) {
  override protected def results(step: TaskStep): Iterator[ColumnarBatch] = untilNull(step)(_.nextBatch())
}
