package org.sparkparity.comparison

import com.fasterxml.jackson.databind.JsonNode
import com.fasterxml.jackson.databind.node.ObjectNode
import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD
import org.apache.spark.sql.types.{DataType, StructType}
import org.apache.spark.util.SerializableConfiguration
import org.sparkparity.{Json, ParityException}
import org.sparkparity.SparkLine.Session
import org.sparkparity.jobs.Holdings
import org.sparkparity.jobs.LocalProperties.named
import org.sparkparity.sides.Side
import org.sparkparity.steps.Blocks.Keyed
import org.sparkparity.steps._

import scala.collection.JavaConverters._

/** Runs a comparison: which step follows which, and what each is fed. The number of Spark jobs is two, and one more
  * each for many files, for duplicate keys and for rows on one side only, whatever the number of columns and files.
  *
  * What a comparison is lies in the steps, all of it. The driver sees counts, and blocks that it passes on.
  */
private[sparkparity] final class ComparisonDriver(session: Session, options: RunOptions, isCancelled: () => Boolean) {
  import ComparisonDriver._

  private val sc: SparkContext = session.sparkContext
  private val hadoop = session.sessionState.newHadoopConf()
  private val native = new DriverSteps(hadoop)
  private val masks = if (options.masksColumns) Masks.some() else Masks.none
  private val args = Json.bytes(masks.args: _*)
  private val copyBytes = Copies.most(session)
  private var collectedBytes = 0L
  private var stages: Option[Stages] = None
  private val record = new RunRecord(sc, () => stages.fold(Reads(0, 0))(_.reads))

  def compare(left: Side, right: Side): Comparison = {
    val run = options.forSteps(session, left, right)
    val holdings = new Holdings(sc)
    try {
      val planned = record.phase("plan")(plan(run))
      val info = Json.read(Blocks.text(planned.head))
      val sources = planned.drop(2).map(Blocks.payload)
      val places = info.path("places").elements.asScala.map(_.elements.asScala.map(_.asText).toVector).toVector
      val bytes = info.path("split_bytes").elements.asScala.map(_.asLong).toVector
      val splits = sources.indices.map(n => Split(sources(n), places.lift(n).getOrElse(Nil), bytes(n)))
      val graph = new Graph(info.path("graph"))
      compare(Blocks.payload(planned(1)), graph, splits, Seq(left, right), holdings)
    } catch {
      case failure: Throwable =>
        holdings.close()
        throw failure
    }
  }

  private def plan(run: JsonNode): Seq[Array[Byte]] = {
    val args = Seq(0, 1).map(side => Json.bytes("run" -> run, "side" -> side))
    val listed = args.map(call("list", _))
    // Each portion with the number of its side.
    val portions = listed.zipWithIndex.flatMap { case (portions, side) => portions.map(side -> _) }
    val parts = portions.map { case (_, portion) => Blocks.firstNumber(portion).toLong }.sum
    val described = if (parts <= PartsOnDriver) describe(args, portions) else describeInJob(args, portions)
    native.call(
      "plan",
      Array.emptyByteArray,
      Json.bytes(Seq("run" -> run, "cores" -> sc.defaultParallelism) ++ masks.args: _*),
      listed.flatten ++ described
    )
  }

  private def compare(
      plan: Array[Byte],
      graph: Graph,
      splits: IndexedSeq[Split],
      sides: Seq[Side],
      holdings: Holdings
  ): Comparison = {
    val schemas = frameSchemas(plan)
    sides.zip(Seq("only_left", "only_right")).foreach { case (side, frame) =>
      side.checkSchema(schemas(frame), session.sessionState.conf.caseSensitiveAnalysis)
    }
    val conf = holdings.broadcast(new SerializableConfiguration(hadoop))
    val copies = new Copies(holdings.blocks(), copyBytes)
    val stages = new Stages(sc, holdings, conf, holdings.broadcast(plan), graph, splits, masks, copies)
    this.stages = Some(stages)

    var summaries = record.phase("fingerprint and match")(driverBlocks("parity: match", stages.matched))
    val settling = call("settle-plan", args, summaries, plan)
    stages.tell("layout", Blocks.payload(settling(1)))
    if (answer(settling).path("groups").asBoolean) {
      summaries = record.phase("match duplicate keys") {
        driverBlocks("parity: match duplicate keys", stages.settled())
      }
      // Its blocks come from the exchange again should settled ones be lost.
      stages.matched.unpersist(blocking = false)
    }

    val fetching = call("cells-plan", args, summaries, plan)
    stages.tell("layout", Blocks.payload(fetching(1)))
    val cells =
      if (!answer(fetching).path("work").asBoolean) Nil
      else {
        val merged = stages.cells(answer(fetching).path("mergers").asInt)
        val blocks = record.phase("fetch and compare")(driverBlocks("parity: merge", merged))
        merged.cleanShuffleDependencies()
        blocks
      }

    val result = call("document", args, summaries ++ cells, plan)
    stages.tell("offsets", Blocks.payload(result(1)))
    val document = completed(result.head, Blocks.payload(result(3)), stages)
    val left = graph("fetch-cells").tasks.first
    val run = record.json(Seq("left" -> left, "right" -> (splits.size - left)), collectedBytes)
    stages.counted()
    checkCancelled()
    val texts = Comparison.Texts(Blocks.text(document), Renderings.of(document, look), run)
    val chosen = Blocks.payload(result(2))
    stages.tell("chosen", chosen)
    new Comparison(texts, schemas, stages, new Page(sc, stages, masks, chosen), holdings)
  }

  /** The document with the values of its example rows on one side only, which are fetched once it is known which these
    * are.
    */
  private def completed(document: Array[Byte], sampled: Array[Byte], stages: Stages): Array[Byte] =
    if (sampled.isEmpty) document
    else
      record.phase("fetch example rows") {
        stages.tell("chosen", sampled)
        val rows = stages.shown
        val shown = collect("parity: example rows", rows)
        rows.cleanShuffleDependencies()
        call("complete", Page.args(sampled, masks, "document" -> Blocks.text(document)), shown).head
      }

  /** What renderings are told: the caller's look, and where the page is going to be. A result whose page could not be
    * written is not shown to anybody.
    */
  private def look: ObjectNode = {
    val look = options.look
    options.report(hadoop).foreach(page => look.put("report", page))
    look
  }

  private def describe(args: Seq[Array[Byte]], portions: Seq[(Int, Array[Byte])]): Seq[Array[Byte]] = {
    checkCancelled()
    native.callEach("describe", portions.map { case (side, portion) => (args(side), Seq(portion)) })
  }

  /** A task for each portion, which travels to it and nowhere else. */
  private def describeInJob(args: Seq[Array[Byte]], portions: Seq[(Int, Array[Byte])]): Seq[Array[Byte]] = {
    val temporary = new Holdings(sc)
    try
      named(sc, "parity: describe files") {
        val bySide = temporary.broadcast(args.toArray)
        val noPlan = temporary.broadcast(Array.emptyByteArray)
        val conf = temporary.broadcast(new SerializableConfiguration(hadoop))
        val sides = portions.map(_._1).toArray
        val fed = sc.parallelize(portions.map { case (_, portion) => (0L, portion) }, portions.size)
        val counters = StepCounters.of(sc, "describe")
        val ofTask = (task: Int, _: TaskOwn) => bySide.value(sides(task))
        val describe = new StepCall("describe", noPlan, conf, ofTask, counters, None, temporary)
        val nothing = new TaskOwn(Masks.none, None)
        collect("parity: describe files", new StepRDD(sc, describe, Seq(fed), portions.size, _ => nothing))
      }
    finally temporary.close()
  }

  private def frameSchemas(plan: Array[Byte]): Map[String, StructType] = {
    val schemas = Json.read(Blocks.payload(call("frames", args, Nil, plan).head))
    Comparison.Frames.map { frame =>
      frame -> DataType.fromJson(schemas.path(frame).toString).asInstanceOf[StructType]
    }.toMap
  }

  private def call(
      step: String,
      args: Array[Byte],
      blocks: Seq[Array[Byte]] = Nil,
      plan: Array[Byte] = Array.emptyByteArray
  ): Seq[Array[Byte]] = {
    checkCancelled()
    native.call(step, plan, args, blocks)
  }

  /** The first block of a planning step is about the second. */
  private def answer(planned: Seq[Array[Byte]]) = Json.read(Blocks.payload(planned.head))

  private def driverBlocks(job: String, rdd: RDD[Keyed]): Seq[Array[Byte]] =
    collect(job, rdd.filter { case (key, _) => Blocks.isForDriver(key) })

  private def collect(job: String, blocks: RDD[Keyed]): Seq[Array[Byte]] = {
    checkCancelled()
    val collected = named(sc, job)(blocks.values.collect())
    collectedBytes += collected.map(_.length.toLong).sum
    collected.toSeq
  }

  private def checkCancelled(): Unit =
    if (isCancelled()) throw ParityException.cancelled(null)
}

private object ComparisonDriver {

  /** Up to here a job costs more than it saves. */
  private val PartsOnDriver = 64
}
