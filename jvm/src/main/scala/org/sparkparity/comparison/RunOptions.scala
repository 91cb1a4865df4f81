package org.sparkparity.comparison

import java.util.TimeZone
import java.util.concurrent.ThreadLocalRandom

import com.fasterxml.jackson.databind.JsonNode
import com.fasterxml.jackson.databind.node.ObjectNode
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path
import org.sparkparity.{ErrorCode, Json, NativeLibrary, ParityException}
import org.sparkparity.SparkLine.Session
import org.sparkparity.sides.{ReadSettings, Side}

/** What a caller asks for. Native steps read most of it; here is what the driver itself must know. */
private[sparkparity] final class RunOptions private (json: ObjectNode) {

  /** Chosen by the caller, so that it can name the run from the start. */
  val id: String = Option(json.path("id").asText(null))
    .filter(_.matches("[A-Za-z0-9-]{1,64}"))
    .getOrElse(
      throw new ParityException(ErrorCode.BAD_OPTION, "the run has no id of up to 64 letters, digits and hyphens", null)
    )

  def side(name: String): JsonNode = json.path(name)

  /** How the summary is laid out. */
  def look: ObjectNode = json.path("look") match {
    case look: ObjectNode => look.deepCopy()
    case _                => Json.obj()
  }

  /** Whether there are columns whose values nobody may see. */
  def masksColumns: Boolean = !json.path("rules").path("mask").isEmpty

  /** The folder for results, if any. */
  def output: Option[String] = Option(json.path("output").asText(null))

  /** Where its page will be, as a reader finds it: in a folder of the local file system as that was written, in any
    * other with its scheme.
    */
  def report(conf: Configuration): Option[String] = output.map { folder =>
    val root = new Path(folder)
    val fileSystem = root.getFileSystem(conf)
    if (root.toUri.getScheme == null && fileSystem.getUri.getScheme == "file") s"${folder.stripSuffix("/")}/report.html"
    else new Path(fileSystem.makeQualified(root), "report.html").toString
  }

  def overwrites(session: Session): Boolean =
    json.path("overwrite").asBoolean(false) ||
      session.conf.getOption("spark.parity.output.overwrite").exists(_.equalsIgnoreCase("true"))

  /** The options as steps read them: with the files of both sides, and what the session settles. */
  def forSteps(session: Session, left: Side, right: Side): JsonNode = {
    val conf = session.sessionState.conf
    val run = json.deepCopy()
    run.set[JsonNode]("left", Json.array(left.paths))
    run.set[JsonNode]("right", Json.array(right.paths))
    run.set[JsonNode]("partition_types", Json.array(Seq(left, right).map(_.partitionTypes)))
    run.set[JsonNode]("table_columns", Json.nodes(Seq(left, right).map(_.table.map(_.columns(conf)))))
    run.set[JsonNode]("read", ReadSettings.of(session))
    run.put("writer_zone", TimeZone.getDefault.getID)
    run.put("case_sensitive", conf.caseSensitiveAnalysis)
    run.put("zone", conf.sessionLocalTimeZone)
    run.put("overwrite", overwrites(session))
    // As text: JSON readers round numbers of 64 bits.
    run.put("seed", Option(json.path("seed").asText(null)).getOrElse(RunOptions.randomSeed()))
    run
  }
}

private[sparkparity] object RunOptions {
  private def randomSeed(): String = java.lang.Long.toUnsignedString(ThreadLocalRandom.current().nextLong())

  def parse(text: String): RunOptions = {
    val json = Json.parse(text, "the options of a run")
    Option(json.remove("package")).foreach(version => checkPackage(version.asText))
    new RunOptions(json)
  }

  /** The Python package says its version: what it sends is understood by the jar of the same version alone. */
  private def checkPackage(version: String): Unit = {
    val jar = NativeLibrary.jarVersion()
    if (version != jar) {
      throw new ParityException(
        ErrorCode.NATIVE_UNAVAILABLE,
        s"the Python package spark-parity is version $version, and the jar in this session is version $jar",
        s"use the jar that comes with the package, or install the package of the jar: pip install spark-parity==$jar"
      )
    }
  }
}
