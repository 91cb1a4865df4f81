package org.sparkparity

import java.util.Base64

import org.apache.spark.SparkContext
import org.apache.spark.broadcast.Broadcast
import org.apache.spark.rdd.{RDD, ShuffledRDD}
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.vectorized.ColumnarBatch
import org.apache.spark.util.SerializableConfiguration
import org.sparkparity.Blocks.Keyed
import org.sparkparity.LocalProperties.named

/** A split as its source describes it: what opens it, and the hosts on which that is best done. */
private[sparkparity] final case class Split(source: Array[Byte], places: Seq[String])

/** How a plan cuts the work up: the splits of both sides, left ones first, and match partitions. */
private[sparkparity] final case class Cut(all: IndexedSeq[Split], leftSplits: Int, partitions: Int) {
  val splits: Int = all.size
  val rightSplits: Int = splits - leftSplits

  /** Rows that are on the right alone have no left split to travel to. */
  val compareTasks: Int = math.max(leftSplits, 1)
}

/** The steps of a comparison as Spark's RDDs and exchanges; see docs/algorithm.md for what they do.
  *
  * Nothing here runs. Splits are numbered left ones first; a step's tasks are given the number of their split or of
  * their match partition.
  */
private[sparkparity] final class Stages(
    sc: SparkContext,
    holdings: Holdings,
    conf: Broadcast[SerializableConfiguration],
    plan: Broadcast[Array[Byte]],
    cut: Cut,
    masks: Masks
) {
  import cut.{compareTasks, leftSplits, partitions, rightSplits, splits}

  def isStopped: Boolean = sc.isStopped

  private var layout: Map[String, Broadcast[String]] = Map.empty
  private var offsets: Map[String, Broadcast[String]] = Map.empty

  /** What the steps after a match must know of all partitions together. */
  def useLayout(bytes: Array[Byte]): Unit = layout = known("layout", bytes)

  /** What the causes of changed cells must know of all cells together. */
  def useOffsets(bytes: Array[Byte]): Unit = offsets = known("offsets", bytes)

  private def known(name: String, bytes: Array[Byte]): Map[String, Broadcast[String]] =
    Map(name -> holdings.broadcast(Base64.getEncoder.encodeToString(bytes)))

  private val fingerprints: RDD[Keyed] = named(sc, "parity: fingerprint") {
    exchange(step("fingerprint", splits, StepArgs("split", 0)), 0, partitions)
  }

  /** The summaries for the driver, and the outcome of each match partition. */
  val matched: RDD[Keyed] = named(sc, "parity: match") {
    holdings.persist(step("match", partitions, StepArgs("partition", 0), fingerprints))
  }

  /** [[matched]] again, after the rows under duplicate keys have been paired by their values. */
  def settled(): RDD[Keyed] = {
    val wanted = named(sc, "parity: find duplicate keys")(route("groups", matched))
    val fetched = named(sc, "parity: fetch duplicate keys")(fetch("groups", 0, splits, exchange(wanted, 0, splits)))
    named(sc, "parity: match duplicate keys") {
      val values = exchange(fetched, 0, partitions, sorted = true)
      holdings.persist(step("settle", partitions, args("partition", 0), matched, values))
    }
  }

  /** What differs in each column, in `mergers` blocks for the driver. */
  def cells(outcome: RDD[Keyed], mergers: Int): RDD[Keyed] = {
    val values = meeting("left", "right", "cells", outcome)
    val compared = named(sc, "parity: compare")(step("compare", compareTasks, args("split", 0), values))
    named(sc, "parity: merge")(step("merge", mergers, StepArgs("part", 0), exchange(compared, 0, mergers)))
  }

  /** The rows of a lazy frame. */
  def frame(name: String, schema: StructType, outcome: RDD[Keyed]): RDD[ColumnarBatch] = name match {
    case "only_left" =>
      val wanted = named(sc, "parity: find only-left rows")(route("rows-left", outcome))
      named(sc, "parity: only-left rows") {
        rows("rows", schema, leftSplits, StepArgs("split", 0), exchange(wanted, 0, leftSplits))
      }
    case "only_right" =>
      val wanted = named(sc, "parity: find only-right rows")(route("rows-right", outcome))
      named(sc, "parity: only-right rows") {
        rows("rows", schema, rightSplits, StepArgs("split", leftSplits), exchange(wanted, leftSplits, rightSplits))
      }
    case "changed" =>
      val values = meeting("left-changed", "right-changed", "changed", outcome)
      named(sc, "parity: changed rows")(rows("changed", schema, compareTasks, args("split", 0), values))
    case "differences" =>
      val values = meeting("left-cells", "right", "cells", outcome)
      val withOffsets = args("split", 0).copy(known = layout ++ offsets)
      named(sc, "parity: changed cells")(rows("differences", schema, compareTasks, withOffsets, values))
    case "duplicates" =>
      val wanted = named(sc, "parity: find duplicate keys") {
        step("match", partitions, StepArgs("partition", 0, Map("duplicates" -> true)), fingerprints)
      }
      named(sc, "parity: duplicate keys") {
        rows("duplicates", schema, splits, StepArgs("split", 0), exchange(wanted, 0, splits))
      }
  }

  /** The blocks of each left split: what its rows are asked for, and the values of their partners on the right. */
  private def meeting(left: String, right: String, purpose: String, outcome: RDD[Keyed]): RDD[Keyed] = {
    val wanted = named(sc, "parity: find changed rows")(route(right, outcome))
    named(sc, "parity: fetch") {
      val values = fetch(purpose, leftSplits, rightSplits, exchange(wanted, leftSplits, rightSplits))
      exchange(sc.union(route(left, outcome), values), 0, compareTasks, sorted = true)
    }
  }

  private def route(to: String, outcome: RDD[Keyed]): RDD[Keyed] =
    step("route", partitions, StepArgs("partition", 0, Map("to" -> to)), outcome)

  private def fetch(purpose: String, first: Int, tasks: Int, requests: RDD[Keyed]): RDD[Keyed] =
    step("fetch", tasks, args("split", first, "for" -> purpose), requests)

  private def args(number: String, first: Int, shared: (String, Any)*): StepArgs =
    StepArgs(number, first, shared.toMap, layout)

  private def step(name: String, tasks: Int, args: StepArgs, parents: RDD[Keyed]*): RDD[Keyed] =
    new StepRDD(sc, call(name, args), parents, tasks, own(args))

  private def rows(
      name: String,
      schema: StructType,
      tasks: Int,
      args: StepArgs,
      parents: RDD[Keyed]*
  ): RDD[ColumnarBatch] =
    new FrameRDD(sc, schema, call(name, args), parents, tasks, own(args))

  /** What each task of a step alone is told. */
  private def own(args: StepArgs)(task: Int): TaskOwn = {
    val split = if (args.number == "split") cut.all.lift(args.first + task) else None
    new TaskOwn(masks, split.map(_.source), split.toSeq.flatMap(_.places))
  }

  private def call(name: String, args: StepArgs): StepCall =
    new StepCall(name, plan, conf, (task, own) => args.bytes(task, own), StepCounters.of(sc, name))

  /** Blocks by target, through Spark's shuffle. Keys and values are of types that Spark writes compactly by itself. */
  private def exchange(blocks: RDD[Keyed], first: Int, count: Int, sorted: Boolean = false): RDD[Keyed] =
    if (count == 0) sc.emptyRDD[Keyed]
    else {
      val shuffled = new ShuffledRDD[Long, Array[Byte], Array[Byte]](blocks, TargetPartitioner(first, count))
      if (sorted) shuffled.setKeyOrdering(Ordering.Long) else shuffled
    }
}
