package org.sparkparity.comparison

import java.util.Base64

import org.apache.hadoop.conf.Configuration
import org.apache.spark.SparkContext
import org.sparkparity.Json
import org.sparkparity.jobs.LocalProperties.named
import org.sparkparity.steps.{Blocks, DriverSteps, Masks, Stages}

/** The rows of a page, fetched when somebody asks for one. `chosen` says which; there is none where it is empty. */
private[sparkparity] final class PageRows(sc: SparkContext, stages: Stages, masks: Masks, chosen: Array[Byte]) {

  /** As the native page takes them. */
  def fetch(): Option[Array[Byte]] =
    if (chosen.isEmpty) None
    else {
      val shown = named(sc, "parity: rows of the page")(stages.shown.values.collect()).toSeq
      val args = Json.bytes(("chosen" -> Base64.getEncoder.encodeToString(chosen)) +: masks.args: _*)
      // It reads no file.
      val rows = new DriverSteps(new Configuration(false)).call("gather-rows", Array.emptyByteArray, args, shown)
      Some(Blocks.payload(rows.head))
    }
}
