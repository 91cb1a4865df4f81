package org.sparkparity.steps

import java.util.Base64

import org.apache.spark.SparkContext
import org.apache.spark.broadcast.Broadcast
import org.apache.spark.rdd.{RDD, ShuffledRDD}
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.vectorized.ColumnarBatch
import org.apache.spark.util.SerializableConfiguration
import org.sparkparity.jobs.Holdings
import org.sparkparity.jobs.LocalProperties.named
import org.sparkparity.steps.Blocks.Keyed

import scala.collection.mutable

/** A split as its source describes it: what opens it, and the hosts on which that is best done. */
private[sparkparity] final case class Split(source: Array[Byte], places: Seq[String])

/** The tasks of a stage: the name of a task's number, the first number, and how many there are. */
private[sparkparity] final case class Tasks(number: String, first: Int, count: Int)

/** How a plan cuts the work up: the splits of both sides, left ones first, and match partitions. */
private[sparkparity] final case class Cut(splits: IndexedSeq[Split], leftSplits: Int, partitions: Int) {

  /** The tasks of a kind that the graph names; `mergers` becomes known last. */
  def tasks(kind: String, mergers: Int): Tasks = kind match {
    case "splits"       => Tasks("split", 0, splits.size)
    case "left-splits"  => Tasks("split", 0, leftSplits)
    case "right-splits" => Tasks("split", leftSplits, splits.size - leftSplits)
    // Rows that are on the right alone have no left split to travel to.
    case "comparing"  => Tasks("split", 0, math.max(leftSplits, 1))
    case "partitions" => Tasks("partition", 0, partitions)
    case "mergers"    => Tasks("part", 0, mergers)
  }
}

/** Carries out the graph of a run as Spark's RDDs and exchanges; see docs/algorithm.md for what the stages do.
  *
  * Nothing here runs: a stage is an RDD, and runs when Spark needs it.
  */
private[sparkparity] final class Stages(
    sc: SparkContext,
    holdings: Holdings,
    conf: Broadcast[SerializableConfiguration],
    plan: Broadcast[Array[Byte]],
    graph: Graph,
    cut: Cut,
    masks: Masks
) {
  private val kept = mutable.Map.empty[String, RDD[Keyed]]
  private var known: Map[String, Broadcast[String]] = Map.empty
  private var mergers = 0
  private var outcome = "match"

  def isStopped: Boolean = sc.isStopped

  /** What stages must be told by this name from now on. */
  def tell(name: String, bytes: Array[Byte]): Unit =
    known += name -> holdings.broadcast(Base64.getEncoder.encodeToString(bytes))

  /** The outcomes of matching by keys and digests; what the driver gets are their summaries. */
  def matched: RDD[Keyed] = blocks("match")

  /** [[matched]] again, after the rows under duplicate keys have been paired by their values. These outcomes are the
    * last from now on.
    */
  def settled(): RDD[Keyed] = {
    val settled = blocks("settle")
    outcome = "settle"
    settled
  }

  /** What differs in each column, in `mergers` blocks for the driver. */
  def cells(mergers: Int): RDD[Keyed] = {
    this.mergers = mergers
    blocks("merge")
  }

  /** The rows of a lazy frame. */
  def frame(name: String, schema: StructType): RDD[ColumnarBatch] = synchronized {
    val stage = graph(name)
    val inputs = stage.inputs.map(input(stage, _))
    labelled(stage)(new FrameRDD(sc, schema, call(stage), inputs, tasks(stage).count, own(stage)))
  }

  private def blocks(name: String): RDD[Keyed] = synchronized {
    kept.getOrElse(
      name, {
        val stage = graph(name)
        val inputs = stage.inputs.map(input(stage, _))
        val rdd = labelled(stage)(new StepRDD(sc, call(stage), inputs, tasks(stage).count, own(stage)))
        if (stage.kept == "blocks") kept(name) = holdings.persist(rdd)
        rdd
      }
    )
  }

  /** What a stage is fed by one of its inputs. */
  private def input(stage: Stage, input: Input): RDD[Keyed] = {
    val names = input.from.map(name => if (name == "outcome") outcome else name)
    if (input.way == "straight") blocks(names.head) else exchanged(names, tasks(stage), input.way == "sorted")
  }

  /** Blocks by target, through Spark's shuffle. Keys and values are of types that Spark writes compactly by itself. */
  private def exchanged(names: Seq[String], tasks: Tasks, isSorted: Boolean): RDD[Keyed] =
    kept.getOrElse(
      names.mkString("+"), {
        val exchanged =
          if (tasks.count == 0) sc.emptyRDD[Keyed]
          else {
            // Several stages come together in one exchange.
            val together =
              if (names.size == 1) blocks(names.head) else labelled(graph(names.last))(sc.union(names.map(blocks)))
            val partitioner = TargetPartitioner(tasks.first, tasks.count)
            val shuffled = new ShuffledRDD[Long, Array[Byte], Array[Byte]](together, partitioner)
            if (isSorted) shuffled.setKeyOrdering(Ordering.Long) else shuffled
          }
        if (names.size == 1 && graph(names.head).kept == "exchange") kept(names.head) = exchanged
        exchanged
      }
    )

  private def labelled[T](stage: Stage)(body: => T): T = named(sc, s"parity: ${stage.label}")(body)

  private def tasks(stage: Stage): Tasks = cut.tasks(stage.tasks, mergers)

  /** What each task of a stage alone is told. */
  private def own(stage: Stage): Int => TaskOwn = {
    val Tasks(number, first, _) = tasks(stage)
    task => {
      val split = if (number == "split") cut.splits.lift(first + task) else None
      new TaskOwn(masks, split.map(_.source), split.toSeq.flatMap(_.places))
    }
  }

  private def call(stage: Stage): StepCall = {
    val Tasks(number, first, _) = tasks(stage)
    val args = StepArgs(number, first, stage.args, known.filter { case (name, _) => stage.known(name) })
    new StepCall(stage.step, plan, conf, (task, own) => args.bytes(task, own), StepCounters.of(sc, stage.step))
  }
}
