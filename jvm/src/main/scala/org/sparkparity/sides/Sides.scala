package org.sparkparity.sides

import java.io.IOException

import com.fasterxml.jackson.databind.JsonNode
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{FileSystem, Path}
import org.apache.spark.sql.types.StructType
import org.sparkparity.{ErrorCode, IoErrors, ParityException}
import org.sparkparity.SparkLine.Session

import scala.collection.JavaConverters._

/** The paths of a side, and the table that they were found through, if one was. */
private[sparkparity] final case class Side(paths: Seq[String], table: Option[NamedTable] = None) {

  /** Partition columns and their types, where a catalog tells them. */
  def partitionTypes: Seq[Seq[String]] =
    table.toSeq.flatMap(_.partitions.map(field => Seq(field.name, field.dataType.simpleString)))

  def checkSchema(files: StructType, caseSensitive: Boolean): Unit = table.foreach(_.checkSchema(files, caseSensitive))
}

/** Finds out which files a caller means.
  *
  * Steps list folders and say what is wrong with them; here only what needs Hadoop's or Spark's names is settled:
  * patterns, relative paths, tables.
  */
private[sparkparity] final class Sides(session: Session, conf: Configuration) {

  /** A side as `{"paths": [..]}` or `{"table": ".."}`. */
  def resolve(name: String, named: JsonNode): Side = {
    val paths = named.path("paths").elements().asScala.map(_.asText()).toVector
    Option(named.path("table").asText(null)) match {
      case Some(table)            => NamedTable.find(session, table)
      case None if paths.nonEmpty => Side(paths.flatMap(expand))
      case None =>
        throw new ParityException(ErrorCode.BAD_OPTION, s"the $name side names neither a path nor a table", null)
    }
  }

  private def expand(text: String): Seq[String] =
    try {
      val path = new Path(text)
      val fileSystem = path.getFileSystem(conf)
      val found = if (Sides.isPattern(text)) matching(path, fileSystem) else Nil
      if (found.nonEmpty) found.map(Sides.spelled)
      // A file whose name looks like a pattern; Spark finds nothing then.
      else if (!Sides.isPattern(text) || fileSystem.exists(path)) Seq(spelled(text, path, fileSystem))
      else {
        throw new ParityException(
          ErrorCode.PATH_NOT_FOUND,
          s"nothing matches $text",
          "look at the pattern and at the folders in it"
        )
      }
    } catch {
      // A host that is not found comes wrapped as if the path itself were wrong.
      case e: IllegalArgumentException if !e.getCause.isInstanceOf[IOException] =>
        throw new ParityException(ErrorCode.BAD_OPTION, s"$text is not a path: ${e.getMessage}", null)
      case e: IOException => throw IoErrors.unreadable(text, e)
      // File systems wrap what they do not expect, such as missing credentials, in exceptions of their own.
      case e: RuntimeException => throw IoErrors.unreadable(text, e)
    }

  /** Spark takes a path with these characters for a pattern whatever its name, and leaves out hidden files. */
  private def matching(path: Path, fileSystem: FileSystem): Seq[Path] =
    Option(fileSystem.globStatus(path)).toSeq.flatten
      .filterNot(found => found.isFile && Sides.isHidden(found.getPath.getName))
      .map(_.getPath)
      .sortBy(_.toString)

  /** A local path stays as the caller wrote it, for messages; others get what makes them whole for any executor. */
  private def spelled(text: String, path: Path, fileSystem: FileSystem): String = {
    val isLocal = fileSystem.getUri.getScheme == "file"
    if (isLocal && (path.isAbsolute || session.sparkContext.isLocal)) text
    else Sides.spelled(fileSystem.makeQualified(path))
  }
}

private[sparkparity] object Sides {

  /** Whether Spark takes a path for a pattern. */
  private def isPattern(text: String): Boolean = text.exists("{}[]*?\\".contains(_))

  private def isHidden(name: String): Boolean =
    (name.startsWith("_") && !name.contains("=")) || name.startsWith(".") || name.endsWith("._COPYING_")

  /** A qualified path in the shortest spelling that still names its file system. */
  def spelled(path: Path): String = if (path.toUri.getScheme == "file") path.toUri.getPath else path.toString
}
