package org.sparkparity.functions

import org.apache.spark.rdd.RDD
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.analysis.MultiInstanceRelation
import org.apache.spark.sql.catalyst.expressions.{Attribute, AttributeReference, UnsafeProjection}
import org.apache.spark.sql.catalyst.plans.logical.{LeafNode, LogicalPlan, Statistics}
import org.apache.spark.sql.execution.LeafExecNode
import org.apache.spark.sql.types.{BooleanType, IntegerType, StringType, StructField, StructType}
import org.apache.spark.unsafe.types.UTF8String
import org.sparkparity.Json
import org.sparkparity.SparkLine.Session
import org.sparkparity.comparison.{Comparison, RunOptions}
import org.sparkparity.jobs.{Failures, LocalProperties}
import org.sparkparity.run.RunRegistry

/** What a query does on the driver when it is executed, and the few rows that come of it. */
private[sparkparity] sealed trait DriverCall {
  def schema: StructType
  def rows(): Seq[InternalRow]
}

/** Executes a run. Its result, or why there is none, comes as numbered parts of a text. */
private[sparkparity] final case class ExecuteRun(session: Session, options: String) extends DriverCall {
  override def schema: StructType = TextParts.schema

  override def rows(): Seq[InternalRow] =
    try {
      val Comparison.Texts(document, renderings, run) = RunRegistry.execute(session, RunOptions.parse(options)).texts
      (Seq("document" -> document, "run" -> run) ++ renderings).flatMap { case (part, text) =>
        TextParts.of(part, text)
      }
    } catch {
      case failure: Throwable =>
        val error = Failures.explain(failure, session.sparkContext)
        val json = Json.obj("code" -> error.code, "message" -> error.getMessage, "hint" -> error.hint)
        TextParts.of("error", json.toString)
    }

  override def toString: String = "run"
}

/** Makes the page of a run's result, and its renderings anew for a look, which names the page. */
private[sparkparity] final case class MakePage(session: Session, id: String, look: String) extends DriverCall {
  override def schema: StructType = TextParts.schema

  override def rows(): Seq[InternalRow] = {
    val (comparison, sc) = (ParityFunctions.comparison(session, id), session.sparkContext)
    val renderings = comparison.renderings(Json.parse(look, "the look of a result"))
    val page =
      try LocalProperties.inRun(sc, id)(comparison.html())
      catch { case failure: Throwable => throw Failures.explain(failure, sc) }
    (("page" -> page) +: renderings).flatMap { case (part, text) => TextParts.of(part, text) }
  }

  override def toString: String = "page"
}

/** Texts as numbered parts. */
private[sparkparity] object TextParts {
  val schema: StructType = StructType(
    Seq(
      StructField("part", StringType, nullable = false),
      StructField("number", IntegerType, nullable = false),
      StructField("text", StringType, nullable = false)
    )
  )

  def of(part: String, text: String): Seq[InternalRow] = chunks(text).zipWithIndex.map { case (chunk, number) =>
    InternalRow(UTF8String.fromString(part), number, UTF8String.fromString(chunk))
  }

  /** A character takes at most three bytes, so a chunk stays below 1 MB. */
  private val ChunkChars = 300000

  /** Cuts between characters, also where one is a pair of surrogates; at least one chunk. */
  def chunks(text: String): Seq[String] = {
    def end(from: Int): Int = {
      val end = math.min(from + ChunkChars, text.length)
      if (end < text.length && Character.isHighSurrogate(text.charAt(end - 1))) end - 1 else end
    }
    val ends = Iterator.iterate(end(0))(end).takeWhile(_ < text.length).toVector :+ text.length
    (0 +: ends).zip(ends).map { case (from, until) => text.substring(from, until) }
  }
}

/** Cancels what a run has going, be it the run itself or its page. */
private[sparkparity] final case class CancelJobs(session: Session, id: String) extends DriverCall {
  override def schema: StructType = StructType(Seq(StructField("cancelled", BooleanType, nullable = false)))

  override def rows(): Seq[InternalRow] = {
    LocalProperties.cancel(session.sparkContext, id)
    Seq(InternalRow(true))
  }

  override def toString: String = "cancel"
}

/** Ends a run. */
private[sparkparity] final case class CloseRun(session: Session, id: String) extends DriverCall {
  override def schema: StructType = StructType(Seq(StructField("closed", BooleanType, nullable = false)))
  override def rows(): Seq[InternalRow] = Seq(InternalRow(RunRegistry.close(session, id)))
  override def toString: String = "close"
}

/** Gives up a run: it goes as soon as none of its frames is in use. */
private[sparkparity] final case class ReleaseRun(session: Session, id: String) extends DriverCall {
  override def schema: StructType = StructType(Seq(StructField("released", BooleanType, nullable = false)))
  override def rows(): Seq[InternalRow] = Seq(InternalRow(RunRegistry.release(session, id)))
  override def toString: String = "release"
}

private[sparkparity] case class ParityRows(call: DriverCall, output: Seq[Attribute])
    extends LeafNode
    with MultiInstanceRelation {
  override def newInstance(): LogicalPlan = copy(output = output.map(_.newInstance()))
  override def computeStats(): Statistics = Statistics(sizeInBytes = 1L << 20)
}

private[sparkparity] object ParityRows {
  def of(call: DriverCall): ParityRows =
    ParityRows(call, call.schema.map(field => AttributeReference(field.name, field.dataType, field.nullable)()))
}

private[sparkparity] case class ParityRowsExec(@transient call: DriverCall, output: Seq[Attribute])
    extends LeafExecNode {
  // Called when the query is executed, and not again when an execution asks twice.
  @transient private lazy val rows: Array[InternalRow] = {
    val toUnsafe = UnsafeProjection.create(output, output)
    Failures.leavingDriver(call.rows()).map(row => toUnsafe(row).copy(): InternalRow).toArray
  }

  override protected def doExecute(): RDD[InternalRow] = sparkContext.parallelize(rows.toSeq, 1)

  // Without a job of its own.
  override def executeCollect(): Array[InternalRow] = rows
  override def executeTake(limit: Int): Array[InternalRow] = rows.take(limit)
}
