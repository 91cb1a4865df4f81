package org.sparkparity.run

import com.fasterxml.jackson.databind.JsonNode
import org.apache.logging.log4j.{Level, LogManager}
import org.apache.logging.log4j.core.{LogEvent, Logger}
import org.apache.logging.log4j.core.appender.AbstractAppender
import org.apache.logging.log4j.core.config.{Configurator, Property}
import org.sparkparity.{Json, NativeLibrary, SessionSuite}

import scala.collection.JavaConverters._
import scala.collection.mutable

class RunLogSpec extends SessionSuite {

  /** The lines that our loggers write at INFO while a run is executed. */
  private def linesOf(options: String): Seq[String] = {
    val lines = mutable.Buffer.empty[String]
    val appender = new AbstractAppender("captured", null, null, false, Property.EMPTY_ARRAY) {
      override def append(event: LogEvent): Unit = lines.synchronized(lines += event.getMessage.getFormattedMessage)
    }
    appender.start()
    val name = "org.sparkparity"
    Configurator.setLevel(name, Level.INFO)
    val logger = LogManager.getLogger(name).asInstanceOf[Logger]
    logger.addAppender(appender)
    try ask("parity_run", "options" -> options)
    finally {
      logger.removeAppender(appender)
      Configurator.setLevel(name, Level.WARN)
    }
    lines.toVector
  }

  private def lineOf(options: String): JsonNode = {
    val lines = linesOf(options)
    assert(lines.size == 1)
    Json.parse(lines.head, "the line")
  }

  private def names(node: JsonNode): Seq[String] = node.fieldNames.asScala.toVector

  private def paths(side: String*): String = side.map(path => s""""$path"""").mkString("""{"paths": [""", ", ", "]}")

  private lazy val (left, right) = {
    val in = Seq("left", "right").map(side => s"$folder/ssn=SECRET-$side")
    session.range(5).selectExpr("id", "'VALUE' || id as v", "1 as w").write.parquet(in.head)
    session.range(1, 6).selectExpr("id", "'VALUE' || (id div 3) as v", "1 as w").write.parquet(in(1))
    (in.head, in(1))
  }

  test("a run that succeeds leaves one line: what was compared, the verdict, and what it took") {
    val keys = """"keys": [["id", null]], "samples": 3"""
    val line = lineOf(s"""{"id": "good", "left": ${paths(left)}, "right": ${paths(right)}, $keys}""")
    assert(
      names(line) == Seq("event", "run", "left", "right", "equal", "passed", "counts", "mismatched_columns") ++
        Seq("bytes", "requests", "driver_bytes", "seconds", "product", "versions", "application")
    )
    assert(line.path("event").asText == "comparison" && line.path("run").asText == "good")
    assert(line.path("left").path("paths").path(0).asText == left)
    assert(line.path("right").path("paths").path(0).asText == right)
    assert(!line.path("equal").asBoolean && !line.path("passed").asBoolean)
    assert(line.path("mismatched_columns").asInt == 1)
    assert(Seq("matched", "changed", "only_left").map(line.path("counts").path(_).asInt) == Seq(4, 4, 1))
    Seq("bytes", "requests", "driver_bytes", "seconds").foreach(number => assert(line.path(number).asDouble > 0))
    assert(line.path("versions").path("spark").asText == session.version)
    assert(line.path("product").asText == s"spark-parity ${NativeLibrary.jarVersion()}")
    assert(line.path("application").asText == session.sparkContext.applicationId)
    assert(!line.toString.contains("VALUE"))
  }

  test("a run that fails leaves one line with its code, and no message") {
    val options = s""""left": ${paths(left)}, "right": ${paths(right)}, "samples": 1"""
    val line = lineOf(s"""{"id": "bad", $options, "keys": [["VALUE", null]]}""")
    assert(line.path("code").asText == "KEY_NOT_FOUND" && line.path("run").asText == "bad")
    assert(names(line) == Seq("event", "run", "left", "right", "code", "seconds", "product", "versions", "application"))
    assert(!line.toString.contains("VALUE"))
    val table = lineOf("""{"id": "t", "left": {"table": "nowhere"}, "right": {"table": "nowhere"}}""")
    assert(table.path("code").asText == "PATH_NOT_FOUND" && table.path("left").path("table").asText == "nowhere")
  }

  test("an output is named, a long list of paths is cut, and no credentials are shown") {
    val secret = "nofs://name:SECRET@bucket/data"
    val many = (1 to 12).map(number => s"/none/$number")
    val options = s""""left": ${paths(many: _*)}, "right": ${paths(secret)}, "output": "$folder/output""""
    val line = lineOf(s"""{"id": "many", $options}""")
    assert(line.path("left").path("paths").size == 10 && line.path("left").path("more").asInt == 2)
    assert(line.path("right").path("paths").path(0).asText == "nofs://(masked)@bucket/data")
    assert(line.path("output").asText == s"$folder/output")
  }

  test("where columns are masked, folders that are values are not shown") {
    val rules = """"rules": {"mask": ["v"]}, "keys": [["id", null]], "samples": 3"""
    val lines = linesOf(s"""{"id": "masked", "left": ${paths(left)}, "right": ${paths(right)}, $rules}""")
    val Seq(line) = lines.map(Json.parse(_, "the line"))
    assert(line.path("counts").path("changed").asInt == 4)
    assert(line.path("left").path("paths").path(0).asText == s"$folder/ssn=(masked)")
    assert(!lines.exists(text => text.contains("SECRET") || text.contains("VALUE")))
  }
}
