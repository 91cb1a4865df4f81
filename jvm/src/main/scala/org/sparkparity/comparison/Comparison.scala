package org.sparkparity.comparison

import java.nio.charset.StandardCharsets.UTF_8

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.rdd.RDD
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.vectorized.ColumnarBatch
import org.sparkparity.jobs.{Failures, Holdings}
import org.sparkparity.steps.{Blocks, Stages}

/** A finished comparison: what it says, and what its lazy frames are made of until it is closed. */
private[sparkparity] final class Comparison(
    val texts: Comparison.Texts,
    val schemas: Map[String, StructType],
    stages: Stages,
    page: Page,
    holdings: Holdings
) extends AutoCloseable {
  def frame(name: String): RDD[ColumnarBatch] = {
    checkOpen()
    stages.frame(name, schemas(name))
  }

  /** `report.html`. */
  def html(): String = {
    checkOpen()
    page.html(texts)
  }

  /** The renderings anew, for another look. */
  def renderings(look: JsonNode): Seq[(String, String)] =
    Renderings.of(Blocks.forDriver(0, texts.document.getBytes(UTF_8)), look)

  private def checkOpen(): Unit = {
    holdings.checkOpen()
    checkSession()
  }

  /** Refuses to plan a query in a session that was stopped: Spark itself would fail a little later, with a stack trace
    * for a message.
    */
  def checkSession(): Unit = if (stages.isStopped) throw Failures.stopped

  override def close(): Unit = holdings.close()
}

private[sparkparity] object Comparison {

  /** The result document, its renderings by name, and what is known of the run. */
  final case class Texts(document: String, renderings: Seq[(String, String)], run: String)

  /** The lazy frames that a comparison offers. */
  val Frames: Seq[String] = Seq("only_left", "only_right", "changed", "differences", "duplicates")

  /** The table function that gives one of them. */
  val FrameFunction: String = "parity_frame"
}
