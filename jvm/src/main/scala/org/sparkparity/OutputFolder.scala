package org.sparkparity

import java.io.IOException
import java.nio.charset.StandardCharsets.UTF_8

import org.apache.hadoop.fs.{FileSystem, Path}
import org.sparkparity.LocalProperties.named
import org.sparkparity.SparkLine.Session

import scala.util.control.NonFatal

/** The folder for a run's results: `result.json`, the frames as Parquet, and `_SUCCESS`, which is there when all of
  * them are whole and belong together, and at no other time.
  */
private[sparkparity] final class OutputFolder(session: Session, name: String, options: RunOptions) {
  import OutputFolder._

  private lazy val root: Path = new Path(name)
  private lazy val fileSystem: FileSystem = root.getFileSystem(session.sessionState.newHadoopConf())
  private lazy val success = new Path(root, "_SUCCESS")
  private lazy val document = new Path(root, "result.json")

  /** Before any work: refuses a folder that holds results or cannot be written. */
  def claim(): Unit = writing {
    if (fileSystem.exists(success) && !options.overwrites(session)) {
      throw new ParityException(
        "OUTPUT_EXISTS",
        s"$name holds the results of another comparison",
        "choose another folder, or set spark.parity.output.overwrite to true"
      )
    }
    if (!fileSystem.mkdirs(root)) throw new IOException("the folder cannot be made")
    val probe = new Path(root, s"_parity-${options.id}")
    fileSystem.create(probe, true).close()
    fileSystem.delete(probe, false)
  }

  /** A failure leaves the folder without results. */
  def write(comparison: Comparison): Unit = writing {
    clear()
    try {
      Frames.foreach { frame =>
        named(session.sparkContext, s"parity: write $frame") {
          session
            .sql(s"SELECT * FROM ${ParityFunctions.Frame}('${options.id}', '$frame')")
            .write
            .mode("overwrite")
            .parquet(new Path(root, frame).toString)
        }
      }
      create(document, comparison.document.getBytes(UTF_8))
      create(success, Array.emptyByteArray)
    } catch {
      case failure: Throwable =>
        try clear()
        catch { case NonFatal(e) => failure.addSuppressed(e) }
        throw failure
    }
  }

  /** `_SUCCESS` goes first. */
  private def clear(): Unit = {
    fileSystem.delete(success, false)
    fileSystem.delete(document, false)
    Frames.foreach(frame => fileSystem.delete(new Path(root, frame), true))
  }

  private def create(path: Path, bytes: Array[Byte]): Unit = {
    val out = fileSystem.create(path, true)
    try out.write(bytes)
    finally out.close()
  }

  private def writing[T](body: => T): T =
    try body
    catch {
      case e @ (_: IOException | _: IllegalArgumentException | _: UnsupportedOperationException) => throw unwritable(e)
    }

  private def unwritable(e: Throwable) = new ParityException(
    "OUTPUT_UNWRITABLE",
    s"cannot write to $name: ${Failures.firstLine(e)}",
    "look at the path and at the permissions",
    e
  )
}

private object OutputFolder {
  private val Frames = Seq("differences", "only_left", "only_right")
}
