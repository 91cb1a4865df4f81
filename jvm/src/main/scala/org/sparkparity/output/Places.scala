package org.sparkparity.output

import java.nio.file.{Files, Path => LocalPath, Paths}

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path
import org.sparkparity.{ErrorCode, ParityException}
import org.sparkparity.sides.Side

/** Where paths really lead, so that two spellings of one place are seen to be one. */
private[sparkparity] final class Places(conf: Configuration) {

  /** Refuses an output folder that lies in an input, or an input that lies in the output folder. */
  def checkApart(output: String, sides: Seq[(String, Side)]): Unit = {
    val folder = of(output)
    for ((side, paths) <- sides; path <- paths.paths) {
      val input = of(path)
      val relation =
        if (folder == input) Some("is")
        else if (folder.startsWith(input)) Some("lies inside")
        else if (input.startsWith(folder)) Some("holds")
        else None
      relation.foreach { relation =>
        throw new ParityException(
          ErrorCode.BAD_OPTION,
          s"the output folder $output $relation the $side side, $path",
          "choose a folder outside of both sides"
        )
      }
    }
  }

  /** A place as the names on the way to it, the file system first. Links of local folders are followed. */
  def of(text: String): Seq[String] = {
    val path = new Path(text)
    val qualified = path.getFileSystem(conf).makeQualified(path).toUri
    val scheme = qualified.getScheme match {
      // Names of one and the same store.
      case "s3a" | "s3n" => "s3"
      case other         => other
    }
    val names = if (scheme == "file") real(Paths.get(qualified.getPath)).toString else qualified.getPath
    s"$scheme://${Option(qualified.getAuthority).getOrElse("")}" +: names.split('/').filter(_.nonEmpty).toSeq
  }

  /** A path without links, also of a file that is not there yet. */
  private def real(path: LocalPath): LocalPath =
    Iterator.iterate(path)(_.getParent).takeWhile(_ != null).find(Files.exists(_)) match {
      case Some(existing) => existing.toRealPath().resolve(existing.relativize(path))
      case None           => path
    }
}
