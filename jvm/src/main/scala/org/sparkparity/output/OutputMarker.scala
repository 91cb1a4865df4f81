package org.sparkparity.output

import org.apache.hadoop.fs.{GlobPattern, Path}
import org.sparkparity.Json

import scala.collection.JavaConverters._
import scala.util.Try

/** The content of `_STARTED` and `_SUCCESS`: which run wrote a folder, from which process, and which files are its own.
  *
  * Files are named by patterns that hold the run's id, because how many part files a frame gets is known only when they
  * are there, and a run that was killed can list nothing any more.
  */
private[sparkparity] final case class OutputMarker(run: String, files: Seq[String], writer: Writer) {

  /** Whether the file with this path, from the output folder on, is the run's own. Patterns are believed only where
    * this product writes.
    */
  def owns(path: String): Boolean =
    OutputMarker.Products.contains(path.takeWhile(_ != '/')) && files.exists(new GlobPattern(_).matches(path))

  def bytes: Array[Byte] =
    Json.bytes(
      "product" -> OutputMarker.Product,
      "run" -> run,
      "files" -> Json.array(files),
      "writer" -> writer.json
    )
}

private[sparkparity] object OutputMarker {
  private val Product = "spark-parity"

  /** The files at the top of an output folder, markers apart. */
  private val Documents = Seq("result.json", "run.json", "report.html")

  /** The names at the top of an output folder, markers apart. */
  private val Products = (OutputFolder.Frames ++ Documents).toSet

  /** The marker of a run. Spark's part files hold the id in their names; the other names are of Spark's committers. */
  def of(run: String): OutputMarker = {
    val inFrames = Seq(s"part-*-$run-c*.parquet", "_SUCCESS", "_metadata", "_common_metadata") ++ Scratch.map(_ + "*")
    OutputMarker(run, Documents ++ OutputFolder.Frames.flatMap(frame => inFrames.map(s"$frame/" + _)), Writer.here)
  }

  /** What some bytes say, if a run of this product wrote them. */
  def read(bytes: Array[Byte]): Option[OutputMarker] = for {
    node <- Try(Json.read(bytes)).toOption
    if node.path("product").asText() == Product && node.path("files").isArray
  } yield OutputMarker(
    node.path("run").asText(),
    node.path("files").elements().asScala.map(_.asText()).toVector,
    Writer.read(node.path("writer"))
  )

  /** The marker of a run that has created its file and not written it yet: it has no files. */
  val Begun: OutputMarker = OutputMarker("", Nil, Writer("", ""))

  /** Where Hadoop's committers keep what is not committed yet. They delete these folders themselves. */
  def isScratch(path: Path): Boolean = Scratch.exists(path.getName.startsWith(_))

  private val Scratch = Seq("_temporary", "__magic")
}
