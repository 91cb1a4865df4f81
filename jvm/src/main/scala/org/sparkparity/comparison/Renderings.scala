package org.sparkparity.comparison

import com.fasterxml.jackson.databind.JsonNode
import org.apache.hadoop.conf.Configuration
import org.sparkparity.Json
import org.sparkparity.steps.{Blocks, DriverSteps}

import scala.collection.JavaConverters._

/** What is made of a result document, by native steps that give one block and read no file. */
private[sparkparity] object Renderings {

  /** All renderings of a document, which comes as a block, by their names. */
  def of(document: Array[Byte], look: JsonNode): Seq[(String, String)] = {
    val rendered = call("render", Json.bytes("look" -> look), Seq(document))
    Json.read(Blocks.payload(rendered)).fields.asScala.map(text => text.getKey -> text.getValue.asText).toVector
  }

  def call(step: String, args: Array[Byte], blocks: Seq[Array[Byte]]): Array[Byte] =
    new DriverSteps(new Configuration(false)).call(step, Array.emptyByteArray, args, blocks).head
}
