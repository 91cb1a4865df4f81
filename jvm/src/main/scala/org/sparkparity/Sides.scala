package org.sparkparity

import java.io.IOException

import com.fasterxml.jackson.databind.JsonNode
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{FileSystem, Path}
import org.apache.spark.sql.types.StructType
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
  def resolve(name: String, given: JsonNode): Side = {
    val paths = given.path("paths").elements().asScala.map(_.asText()).toVector
    Option(given.path("table").asText(null)) match {
      case Some(table)            => NamedTable.find(session, table)
      case None if paths.nonEmpty => Side(paths.flatMap(expand))
      case None => throw new ParityException("BAD_OPTION", s"the $name side names neither a path nor a table", null)
    }
  }

  private def expand(text: String): Seq[String] =
    try {
      val path = new Path(text)
      val fileSystem = path.getFileSystem(conf)
      if (!text.exists("{}[]*?\\".contains(_)) || fileSystem.exists(path)) Seq(spelled(text, path, fileSystem))
      else {
        val found = Option(fileSystem.globStatus(path)).toSeq.flatten.map(_.getPath).sortBy(_.toString)
        if (found.isEmpty) {
          throw new ParityException(
            "PATH_NOT_FOUND",
            s"nothing matches $text",
            "look at the pattern and at the folders in it"
          )
        }
        found.map(Sides.spelled)
      }
    } catch {
      // A host that is not found comes wrapped as if the path itself were wrong.
      case e: IllegalArgumentException if !e.getCause.isInstanceOf[IOException] =>
        throw new ParityException("BAD_OPTION", s"$text is not a path: ${e.getMessage}", null)
      case e: IOException => throw IoErrors.unreadable(text, e)
      // File systems wrap what they do not expect, such as missing credentials, in exceptions of their own.
      case e: RuntimeException => throw IoErrors.unreadable(text, e)
    }

  /** A local path stays as the caller wrote it, for messages; others get what makes them whole for any executor. */
  private def spelled(text: String, path: Path, fileSystem: FileSystem): String = {
    val isLocal = fileSystem.getUri.getScheme == "file"
    if (isLocal && (path.isAbsolute || session.sparkContext.isLocal)) text
    else Sides.spelled(fileSystem.makeQualified(path))
  }
}

private[sparkparity] object Sides {

  /** A qualified path in the shortest spelling that still names its file system. */
  def spelled(path: Path): String = if (path.toUri.getScheme == "file") path.toUri.getPath else path.toString
}
