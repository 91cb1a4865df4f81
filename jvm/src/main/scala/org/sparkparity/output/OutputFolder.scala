package org.sparkparity.output

import java.io.{FileNotFoundException, IOException}
import java.nio.charset.StandardCharsets.UTF_8
import java.util.concurrent.ConcurrentHashMap

import org.apache.commons.io.IOUtils
import org.apache.hadoop.fs.{FileAlreadyExistsException, FileStatus, FileSystem, Path}
import org.apache.spark.sql.execution.SQLExecution
import org.apache.spark.sql.sparkparity.Spark
import org.sparkparity.{ErrorCode, ParityException}
import org.sparkparity.SparkLine.Session
import org.sparkparity.comparison.{Comparison, RunOptions}
import org.sparkparity.jobs.Failures
import org.sparkparity.jobs.LocalProperties.named
import org.sparkparity.sides.Side

import scala.util.control.NonFatal

/** The folder for a run's results: the documents and their page, the frames as Parquet, and a marker that says which of
  * its files are whose ([[OutputMarker]]).
  *
  * The marker is called `_STARTED` from before the first file is written until after the last one, then it is renamed
  * to `_SUCCESS`: no moment has neither. Files are deleted one by one, and only where a marker lists them: nothing that
  * somebody else put there is ever touched, and the run ends with its name instead.
  */
private[sparkparity] final class OutputFolder(session: Session, name: String, options: RunOptions) {
  import OutputFolder._

  private val conf = session.sessionState.newHadoopConf()
  private lazy val root: Path = new Path(name)
  private lazy val fileSystem: FileSystem = root.getFileSystem(conf)
  private lazy val place: String = new Places(conf).of(name).mkString("/")
  private lazy val started = new Path(root, "_STARTED")
  private lazy val success = new Path(root, "_SUCCESS")
  private lazy val alive = new Path(root, "_ALIVE")
  private lazy val own = OutputMarker.of(options.id)
  private var heartbeat: Option[Heartbeat] = None
  private var isClaimed = false

  /** Before any work: refuses a folder that is not this run's to write, and makes it this run's. What an unfinished run
    * left there is deleted, and under `overwrite` what a finished one wrote.
    */
  def claim(sides: Seq[(String, Side)]): Unit = writing {
    new Places(conf).checkApart(name, sides)
    if (InUse.putIfAbsent(place, options.id) != null) throw busy
    try {
      if (!fileSystem.mkdirs(root)) throw new IOException("the folder cannot be made")
      val (unfinished, finished) = (marker(started), marker(success))
      if (unfinished.exists(isAlive)) throw busy
      if (finished.isDefined && !options.overwrites(session)) throw holdsResults
      val earlier = unfinished.toSeq ++ finished
      checkForeign(earlier)
      // `_SUCCESS` goes first; its list stays, so that a crash from here on leaves nothing that nobody knows.
      if (finished.isDefined && unfinished.isEmpty) rename(success, started)
      else fileSystem.delete(success, false)
      isClaimed = true
      announce(own.copy(files = (own.files ++ earlier.flatMap(_.files)).distinct), overwrite = earlier.nonEmpty)
      heartbeat = Some(new Heartbeat(fileSystem, alive))
      delete(earlier)
      if (earlier.nonEmpty) announce(own, overwrite = true)
    } catch {
      case failure: Throwable => throw abandoned(failure)
    }
  }

  /** Writes everything; `_SUCCESS` comes last. */
  def write(comparison: Comparison): Unit = writing {
    Frames.foreach(writeFrame)
    val texts = comparison.texts
    Seq("report.html" -> comparison.html(), "run.json" -> texts.run, "result.json" -> texts.document).foreach {
      case (file, text) => create(new Path(root, file), text.getBytes(UTF_8), overwrite = true)
    }
    heartbeat.foreach(_.close())
    checkForeign(Seq(own))
    if (!marker(started).exists(_.run == options.id)) throw busy
    rename(started, success)
    release()
  }

  /** After a failure: deletes what this run wrote. Returns the failure for its caller to throw. */
  def abandoned(failure: Throwable): Throwable = {
    // File systems refuse to work for a thread that was interrupted.
    val wasInterrupted = Thread.interrupted()
    try {
      heartbeat.foreach(_.close())
      if (isClaimed) marker(started).filter(_.run == options.id).foreach { left =>
        delete(Seq(left))
        fileSystem.delete(started, false)
      }
    } catch {
      case NonFatal(e) => failure.addSuppressed(e)
    } finally {
      release()
      if (wasInterrupted) Thread.currentThread().interrupt()
    }
    failure
  }

  private def release(): Unit = {
    isClaimed = false
    heartbeat = None
    InUse.remove(place, options.id)
  }

  /** Spark's own writer under Spark's own committer, but with the run's id in the names of files. */
  private def writeFrame(frame: String): Unit = named(session.sparkContext, s"parity: write $frame") {
    val query = session.sql(s"SELECT * FROM ${Comparison.FrameFunction}('${options.id}', '$frame')").queryExecution
    SQLExecution.withNewExecutionId(query, Some(s"parity: write $frame")) {
      Spark.write(query, new Path(root, frame), options.id, conf)
    }
  }

  /** Two runs may come here at the same time. Where a store cannot create exclusively, the later one wins, and the
    * other one sees it before it finishes.
    */
  private def announce(marker: OutputMarker, overwrite: Boolean): Unit =
    try create(started, marker.bytes, overwrite)
    catch { case _: FileAlreadyExistsException => isClaimed = false; throw busy }

  /** Everything in the folder but the marker and the heartbeat, folders of frames opened: what is in the way, and what
    * may be deleted.
    */
  private def contents: Seq[(String, FileStatus)] = list(root).flatMap { entry =>
    val top = entry.getPath.getName
    if (entry.isDirectory && Frames.contains(top)) list(entry.getPath).map(in => s"$top/${in.getPath.getName}" -> in)
    else if (Seq(started, alive).exists(_.getName == top)) Nil
    else Seq(top -> entry)
  }

  private def list(folder: Path): Seq[FileStatus] =
    try fileSystem.listStatus(folder).toSeq
    catch { case _: FileNotFoundException => Nil }

  private def checkForeign(markers: Seq[OutputMarker]): Unit = {
    val foreign = contents.filterNot { case (path, entry) => path == success.getName || isOwn(markers, path, entry) }
    val unread = Seq(started, success).filter(file => fileSystem.exists(file) && marker(file).isEmpty).map(_.getName)
    (unread ++ foreign.map(_._1)).sorted.headOption.foreach { found =>
      throw new ParityException(
        ErrorCode.OUTPUT_EXISTS,
        s"$name holds $found, which is not a result of spark-parity",
        "choose another folder, or move away what is in this one: it is not deleted, also under overwrite"
      )
    }
  }

  private def isOwn(markers: Seq[OutputMarker], path: String, entry: FileStatus): Boolean =
    markers.exists(_.owns(path)) && (entry.isFile || OutputMarker.isScratch(entry.getPath))

  private def delete(markers: Seq[OutputMarker]): Unit = {
    contents.foreach { case (path, entry) =>
      if (isOwn(markers, path, entry)) fileSystem.delete(entry.getPath, entry.isDirectory)
    }
    Frames.map(new Path(root, _)).foreach { folder =>
      if (list(folder).isEmpty) fileSystem.delete(folder, false)
    }
  }

  private def isAlive(marker: OutputMarker): Boolean =
    // A run of this process would be in use.
    !marker.writer.isHere && marker.writer.isAlive.getOrElse(Heartbeat.isSeen(fileSystem, alive))

  private def marker(file: Path): Option[OutputMarker] =
    try {
      val in = fileSystem.open(file)
      try {
        val bytes = IOUtils.toByteArray(in)
        if (bytes.isEmpty && file == started) Some(OutputMarker.Begun) else OutputMarker.read(bytes)
      } finally in.close()
    } catch { case _: FileNotFoundException => None }

  private def rename(from: Path, to: Path): Unit =
    if (!fileSystem.rename(from, to)) throw new IOException(s"${from.getName} cannot be renamed to ${to.getName}")

  private def create(path: Path, bytes: Array[Byte], overwrite: Boolean): Unit = {
    val out = fileSystem.create(path, overwrite)
    try out.write(bytes)
    finally out.close()
  }

  private def busy = new ParityException(
    ErrorCode.OUTPUT_EXISTS,
    s"another comparison is writing to $name",
    "choose another folder, or wait until the other one has ended"
  )

  private def holdsResults = new ParityException(
    ErrorCode.OUTPUT_EXISTS,
    s"$name holds the results of another comparison",
    "choose another folder, or set spark.parity.output.overwrite to true"
  )

  private def writing[T](body: => T): T =
    try body
    catch {
      case e @ (_: IOException | _: IllegalArgumentException | _: UnsupportedOperationException) => throw unwritable(e)
    }

  private def unwritable(e: Throwable) = new ParityException(
    ErrorCode.OUTPUT_UNWRITABLE,
    s"cannot write to $name: ${Failures.firstLine(e)}",
    "look at the path and at the permissions",
    e
  )
}

private[sparkparity] object OutputFolder {

  /** The frames that a folder gets. */
  val Frames: Seq[String] = Seq("differences", "only_left", "only_right")

  /** The folders that runs of this process are writing, with the runs' ids. */
  private val InUse = new ConcurrentHashMap[String, String]
}
