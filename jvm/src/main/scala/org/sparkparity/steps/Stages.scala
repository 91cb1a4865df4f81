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

/** A split as its source describes it: what opens it, the hosts on which that is best done, and how much there is to
  * read, about.
  */
private[sparkparity] final case class Split(source: Array[Byte], places: Seq[String], bytes: Long)

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
    splits: IndexedSeq[Split],
    masks: Masks,
    copies: Copies
) {
  private val kept = mutable.Map.empty[String, RDD[Keyed]]
  private var known: Map[String, Broadcast[String]] = Map.empty
  private var mergers = 0
  private val counters = mutable.Buffer.empty[StepCounters]
  private var isCounting = true
  private var outcome = "match"

  def isStopped: Boolean = sc.isStopped

  /** What all tasks have read so far; asked until [[counted]]. */
  def reads: Reads = synchronized(counters.map(_.read).fold(Reads(0, 0))(_ + _))

  /** Ends the counting: frames are taken for as long as the result lives, and nobody asks what they read. */
  def counted(): Unit = synchronized {
    isCounting = false
    counters.clear()
  }

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

  /** The rows of a page, as blocks for the driver. */
  def shown: RDD[Keyed] = blocks("show")

  /** The rows of a lazy frame. */
  def frame(name: String, schema: StructType): RDD[ColumnarBatch] = synchronized {
    val stage = graph(name)
    val inputs = stage.inputs.map(input(stage, _))
    labelled(stage)(new FrameRDD(sc, schema, call(stage), inputs, count(stage), own(stage)))
  }

  private def blocks(name: String): RDD[Keyed] = synchronized {
    kept.getOrElse(
      name, {
        val stage = graph(name)
        val inputs = stage.inputs.map(input(stage, _))
        val rdd = labelled(stage)(new StepRDD(sc, call(stage), inputs, count(stage), own(stage)))
        if (stage.kept == "blocks") kept(name) = holdings.persist(rdd)
        rdd
      }
    )
  }

  /** What a stage is fed by one of its inputs. */
  private def input(stage: Stage, input: Input): RDD[Keyed] = {
    val names = input.from.map(name => if (name == "outcome") outcome else name)
    if (input.way == "straight") blocks(names.head) else exchanged(names, stage, input.way == "sorted")
  }

  /** Blocks by target, through Spark's shuffle. */
  private def exchanged(names: Seq[String], stage: Stage, isSorted: Boolean): RDD[Keyed] =
    kept.getOrElse(
      names.mkString("+"), {
        val exchanged =
          if (count(stage) == 0) sc.emptyRDD[Keyed]
          else {
            // Several stages come together in one exchange.
            val together =
              if (names.size == 1) blocks(names.head) else labelled(graph(names.last))(sc.union(names.map(blocks)))
            val partitioner = TargetPartitioner(stage.tasks.first, count(stage))
            val shuffled = new ShuffledRDD[Long, Array[Byte], Array[Byte]](together, partitioner)
              .setSerializer(Blocks.serializer)
            if (isSorted) shuffled.setKeyOrdering(Ordering.Long) else shuffled
          }
        if (names.size == 1 && graph(names.head).kept == "exchange") kept(names.head) = exchanged
        exchanged
      }
    )

  private def labelled[T](stage: Stage)(body: => T): T = named(sc, s"parity: ${stage.label}")(body)

  private def count(stage: Stage): Int = stage.tasks.count.getOrElse(mergers)

  /** What each task of a stage alone is told. */
  private def own(stage: Stage): Int => TaskOwn = {
    val Tasks(number, first, _) = stage.tasks
    task => new TaskOwn(masks, if (number == "split") splits.lift(first + task) else None)
  }

  private def call(stage: Stage): StepCall = {
    val Tasks(number, first, _) = stage.tasks
    val args = StepArgs(number, first, stage.args, known.filter { case (name, _) => stage.known(name) })
    val counter = StepCounters.of(sc, stage.step)
    if (isCounting) counters += counter
    val ofSplits = if (number == "split") Some(new StageCopies(copies, first, stage.name == "fingerprint")) else None
    new StepCall(stage.step, plan, conf, (task, own) => args.bytes(task, own), counter, ofSplits, holdings)
  }
}
