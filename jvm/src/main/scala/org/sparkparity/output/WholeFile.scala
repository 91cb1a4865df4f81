package org.sparkparity.output

import java.io.{FileNotFoundException, IOException}
import java.util.UUID

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{CommonPathCapabilities, FileContext, FileStatus, Options, Path}
import org.sparkparity.SparkLine.Session

import scala.util.control.NonFatal

/** A file on a Hadoop file system that gets its content whole, in place of what was there, or not at all: whoever reads
  * the path sees the earlier file or the new one, and a write that fails leaves the earlier one.
  *
  * How depends on what the file system can do:
  *
  *   - A store of objects shows an object when its stream is closed, and renames by copying: it is written to directly.
  *   - HDFS renames one file over another in one step: a draft beside the file is renamed.
  *   - Any other one renames a draft too, after the earlier file was renamed out of the way. A process that dies
  *     between these two leaves the earlier file under its hidden name.
  */
private[sparkparity] final class WholeFile(path: Path, conf: Configuration) {
  import WholeFile._

  private val fileSystem = path.getFileSystem(conf)
  private val scheme = fileSystem.getUri.getScheme

  def write(content: Array[Byte]): Unit = {
    if (status(path).exists(_.isDirectory)) throw new IOException("it is a folder")
    if (isStoreOfObjects) writeObject(content)
    else {
      val draft = hidden()
      cleaning(draft) {
        val out = fileSystem.create(draft, false)
        try out.write(content)
        finally out.close()
        replaceBy(draft)
      }
    }
  }

  private def isStoreOfObjects: Boolean =
    ObjectSchemes(scheme) || fileSystem.hasPathCapability(path, CommonPathCapabilities.ABORTABLE_STREAM)

  private def writeObject(content: Array[Byte]): Unit = {
    val out = fileSystem.create(path, true)
    try out.write(content)
    catch {
      // A stream that cannot be given up stays open: closing it would show what it has.
      case failure: Throwable if out.hasCapability(CommonPathCapabilities.ABORTABLE_STREAM) =>
        out.abort()
        throw failure
    }
    out.close()
  }

  private def replaceBy(draft: Path): Unit =
    if (ReplacingSchemes(scheme))
      FileContext.getFileContext(fileSystem.getUri, conf).rename(draft, path, Options.Rename.OVERWRITE)
    else if (status(path).isEmpty) rename(draft, path)
    else {
      val earlier = hidden()
      rename(path, earlier)
      try rename(draft, path)
      catch {
        case failure: Throwable =>
          quietly(failure)(rename(earlier, path))
          throw failure
      }
      fileSystem.delete(earlier, false)
    }

  private def rename(from: Path, to: Path): Unit =
    if (!fileSystem.rename(from, to)) throw new IOException(s"${from.getName} cannot be renamed to ${to.getName}")

  /** A new name beside the file, that Hadoop and Spark take for a hidden one. */
  private def hidden(): Path = new Path(path.getParent, s".${path.getName}.${UUID.randomUUID}")

  private def status(path: Path): Option[FileStatus] =
    try Some(fileSystem.getFileStatus(path))
    catch { case _: FileNotFoundException => None }

  private def cleaning(draft: Path)(body: => Unit): Unit =
    try body
    catch {
      case failure: Throwable =>
        quietly(failure)(fileSystem.delete(draft, false))
        throw failure
    }

  /** What fails after a failure is told with it, and not in place of it. */
  private def quietly(failure: Throwable)(body: => Unit): Unit =
    try body
    catch { case NonFatal(another) => failure.addSuppressed(another) }
}

private[sparkparity] object WholeFile {

  /** Stores of objects that do not say so themselves, as S3A does. */
  private val ObjectSchemes = Set("s3", "s3n", "gs")

  /** File systems that rename over a file in one step. Hadoop offers to do it on all, and deletes the earlier file
    * first on the others: a rename that fails then would leave neither.
    */
  private val ReplacingSchemes = Set("hdfs", "viewfs")
}

/** [[WholeFile]] for Python, which makes one of these by its name (`files.py`). */
final class WholeFiles {
  def write(session: Session, path: String, content: Array[Byte]): Unit =
    new WholeFile(new Path(path), session.sessionState.newHadoopConf()).write(content)
}
