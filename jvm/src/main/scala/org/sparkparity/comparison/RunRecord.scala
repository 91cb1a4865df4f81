package org.sparkparity.comparison

import java.time.Instant
import java.time.temporal.ChronoUnit

import com.fasterxml.jackson.databind.JsonNode
import com.fasterxml.jackson.databind.node.ObjectNode
import org.apache.spark.SparkContext
import org.sparkparity.{Json, NativeLibrary}
import org.sparkparity.steps.Reads

import scala.collection.mutable

/** What is no part of the answer: when a comparison ran, on what, and what each of its phases took. */
private[sparkparity] final class RunRecord(sc: SparkContext, reads: () => Reads) {
  import RunRecord._

  private val started = Instant.now()
  private val begun = System.nanoTime()
  private val phases = mutable.Buffer.empty[JsonNode]

  /** A phase, which may come more than once. */
  def phase[T](name: String)(work: => T): T = {
    val (from, before) = (System.nanoTime(), reads())
    val result = work
    val read = reads() - before
    phases += Json.obj("name" -> name, "seconds" -> seconds(from), "bytes" -> read.bytes, "requests" -> read.requests)
    result
  }

  /** The record as JSON, at the end. */
  def json(splits: Seq[(String, Int)], driverBytes: Long): String = {
    val sources = splits.map { case (side, count) =>
      Json.obj("side" -> side, "kind" -> "parquet", "splits" -> count, "read_on" -> "executors")
    }
    val record = Json.obj(
      "version" -> 1,
      "started" -> started.truncatedTo(ChronoUnit.SECONDS).toString,
      "seconds" -> seconds(begun),
      "cores" -> sc.defaultParallelism,
      "sources" -> Json.nodes(sources.map(Some(_))),
      "steps" -> Json.nodes(phases.toVector.map(Some(_))),
      "driver_bytes" -> driverBytes
    )
    record.setAll[JsonNode](program(sc)).toString
  }
}

private[sparkparity] object RunRecord {

  /** What ran, in which application. */
  def program(sc: SparkContext): ObjectNode = Json.obj(
    "product" -> s"spark-parity ${NativeLibrary.jarVersion()}",
    "versions" -> Json.obj(
      "spark" -> sc.version,
      "scala" -> scala.util.Properties.versionNumberString,
      "java" -> System.getProperty("java.version")
    ),
    "application" -> sc.applicationId
  )

  /** Seconds since a reading of `System.nanoTime`, to a thousandth. */
  def seconds(from: Long): Double = math.round((System.nanoTime() - from) / 1e6) / 1e3
}
