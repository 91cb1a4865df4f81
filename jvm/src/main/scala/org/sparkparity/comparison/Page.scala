package org.sparkparity.comparison

import java.nio.charset.StandardCharsets.UTF_8
import java.util.Base64

import org.apache.spark.SparkContext
import org.sparkparity.Json
import org.sparkparity.jobs.LocalProperties.named
import org.sparkparity.steps.{Blocks, Masks, Stages}

/** `report.html`. Many never ask for it, and rows are read for it: so it is made when it is asked for. `chosen` says
  * which rows; there is none where it is empty.
  */
private[sparkparity] final class Page(sc: SparkContext, stages: Stages, masks: Masks, chosen: Array[Byte]) {

  def html(texts: Comparison.Texts): String = {
    val parts = Seq(texts.document, texts.run).map(_.getBytes(UTF_8)) ++ rows()
    val blocks = parts.zipWithIndex.map { case (part, order) => Blocks.forDriver(order, part) }
    Blocks.text(call("page", Json.bytes(), blocks))
  }

  private def rows(): Option[Array[Byte]] =
    if (chosen.isEmpty) None
    else {
      val shown = named(sc, "parity: rows of the page")(stages.shown.values.collect()).toSeq
      Some(Blocks.payload(call("gather-rows", Page.args(chosen, masks), shown)))
    }

  private def call(step: String, args: Array[Byte], blocks: Seq[Array[Byte]]): Array[Byte] =
    Renderings.call(step, args, blocks)
}

private object Page {

  /** What a step on the driver is told of rows that were chosen. */
  def args(chosen: Array[Byte], masks: Masks, others: (String, Any)*): Array[Byte] =
    Json.bytes(("chosen" -> Base64.getEncoder.encodeToString(chosen)) +: (masks.args ++ others): _*)
}
