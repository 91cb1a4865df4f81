package org.sparkparity.run

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.SparkContext
import org.sparkparity.Json
import org.sparkparity.comparison.{Comparison, RunOptions, RunRecord}
import org.sparkparity.jobs.Failures
import org.slf4j.LoggerFactory

import scala.collection.JavaConverters._

/** The line of JSON that each run leaves in the driver's log (docs/spark.md), for whoever watches many of them.
  *
  * It counts, and shows no value of the data: neither names of columns nor messages stand in it, which may hold some.
  */
private[sparkparity] final class RunLog(sc: SparkContext, options: RunOptions) {
  import RunLog._

  private val begun = System.nanoTime()

  def succeeded(texts: Comparison.Texts): Unit = if (log.isInfoEnabled) {
    val document = Json.members(texts.document, "equal", "passed", "counts", "mismatched_columns")
    val run = Json.members(texts.run, "steps", "driver_bytes")
    def sum(number: String) = run.path("steps").elements.asScala.map(_.path(number).asLong).sum
    write(
      "equal" -> document.get("equal"),
      "passed" -> document.get("passed"),
      "counts" -> document.get("counts"),
      "mismatched_columns" -> document.get("mismatched_columns").size,
      "bytes" -> sum("bytes"),
      "requests" -> sum("requests"),
      "driver_bytes" -> run.get("driver_bytes")
    )
  }

  def failed(failure: Throwable): Unit = write("code" -> Failures.explain(failure, sc).code)

  private def write(outcome: (String, Any)*): Unit = {
    val where = Seq("left" -> side("left"), "right" -> side("right")) ++ options.output.map("output" -> shown(_))
    val members = Seq("event" -> "comparison", "run" -> options.id) ++ where ++ outcome
    val line = Json.obj(members :+ ("seconds" -> RunRecord.seconds(begun)): _*)
    line.setAll[JsonNode](RunRecord.program(sc))
    log.info(line.toString)
  }

  private def side(name: String): JsonNode = {
    val named = options.side(name)
    val paths = named.path("paths").elements.asScala.map(_.asText).toVector
    if (named.has("table")) Json.obj("table" -> named.path("table").asText)
    else {
      val side = Json.obj("paths" -> Json.array(paths.take(MostPaths).map(shown)))
      if (paths.size > MostPaths) side.put("more", paths.size - MostPaths)
      side
    }
  }

  /** A path without credentials, and where columns are masked without the values that its folders tell. */
  private def shown(path: String): String = {
    val open = path.replaceAll("(?<=://)[^/@:]*:[^/@]*@", s"$Masked@")
    if (options.masksColumns) open.replaceAll("=[^/]*", s"=$Masked") else open
  }
}

private object RunLog {
  private val log = LoggerFactory.getLogger(classOf[RunLog])

  private val Masked = "(masked)"

  /** Of a side that is a long list, these are enough to know it by. */
  private val MostPaths = 10
}
