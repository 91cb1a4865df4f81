package org.sparkparity.steps

import java.io.File
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicLong

import org.apache.spark.network.util.JavaUtils
import org.apache.spark.rdd.RDD
import org.apache.spark.sql.sparkparity.LocalBlocks
import org.sparkparity.{ErrorCode, LocalCopies, ParityException}
import org.sparkparity.SparkLine.Session

import scala.collection.JavaConverters._
import scala.util.Try
import scala.util.control.NonFatal

/** Copies of what the tasks of a run read from a store. They are blocks of Spark's on the disks of the executors that
  * read, so that Spark knows where they are and removes them when it is told to, or when an executor goes.
  *
  * @param owner
  *   what the blocks of this run belong to
  * @param most
  *   bytes of all copies on an executor, where it was said
  */
private[sparkparity] final class Copies(@transient private val owner: RDD[_], most: Option[Long]) extends Serializable {
  private val number = owner.id

  /** What an attempt of a task of a split of so many bytes has or makes. */
  def of(split: Int, attempt: Long, bytes: Long, isMaking: Boolean): TaskCopies =
    new TaskCopies(number, split, attempt, bytes, isMaking, most)

  /** The executors that have copies for a split; on the driver. */
  def places(split: Int): Seq[String] = LocalBlocks.places(owner.id, split)
}

/** The copies of a stage whose tasks are splits, counted from `first`. */
private[sparkparity] final class StageCopies(copies: Copies, first: Int, isMaking: Boolean) extends Serializable {
  def of(task: Int, attempt: Long, bytes: Long): TaskCopies = copies.of(first + task, attempt, bytes, isMaking)

  /** Where a task finds its copies; on the driver. */
  def places(task: Int): Seq[String] = if (isMaking) Nil else copies.places(first + task)
}

private[sparkparity] object Copies {
  val Setting = "spark.parity.cache.bytes"

  /** How many bytes the session says. */
  def most(session: Session): Option[Long] = session.conf.getOption(Setting).map { text =>
    Try(JavaUtils.byteStringAsBytes(text.trim)).filter(_ >= 0).getOrElse {
      throw new ParityException(
        ErrorCode.BAD_OPTION,
        s"$Setting is '$text', which is no number of bytes",
        "give a size such as 20g, or 0 for no copies",
        null
      )
    }
  }
}

/** The copies of one attempt of a task, whose number no other attempt in the session has: where columns are masked,
  * what is sealed depends on it.
  */
private[sparkparity] final class TaskCopies(
    number: Int,
    split: Int,
    attempt: Long,
    bytes: Long,
    isMaking: Boolean,
    most: Option[Long]
) extends LocalCopies {
  private var file: Option[File] = None
  private var reserved = 0L

  override def made(): String = LocalBlocks.file(number, split).map(_.getPath).orNull

  override def making(): String =
    if (!isMaking) null
    else
      try {
        reserved = CopySpace.reserve(bytes, most)
        if (reserved == 0) null
        else {
          file = Some(LocalBlocks.temporaryFile())
          s"$reserved:$attempt:${file.get.getPath}"
        }
      } catch {
        // Nothing depends on a copy.
        case NonFatal(_) => null
      }

  /** The task has ended; what it copied is kept where it has read all that it should. */
  def end(isWhole: Boolean): Unit = {
    file.foreach { copies =>
      val length = copies.length
      val isKept = isWhole && length > 0 && Try(LocalBlocks.keep(number, split, copies)).getOrElse(false)
      if (isKept) CopySpace.keep(number, split, length) else copies.delete()
    }
    CopySpace.giveBack(reserved)
    file = None
    reserved = 0
  }
}

/** How much of an executor's disk copies take. */
private object CopySpace {
  private val Most = 50L << 30
  // Besides the values of a split: footers, checksums, and what of a file is read with them.
  private val PlusBytes = 1L << 20
  private val reserved = new AtomicLong
  private val kept = new ConcurrentHashMap[(Int, Int), Long]

  /** Unless somebody says how much; as of the first use, so that copies leave the others their room. */
  private lazy val usual: Long = math.min(Most, LocalBlocks.freeBytes / 10)

  /** Room for the copies of so many bytes, or what there is of it. */
  def reserve(bytes: Long, most: Option[Long]): Long = synchronized {
    // Spark removes blocks without saying so.
    kept.keySet.asScala.toSeq.foreach { case (number, split) =>
      if (LocalBlocks.file(number, split).isEmpty) kept.remove((number, split))
    }
    val left = most.getOrElse(usual) - reserved.get - kept.values.asScala.sum
    val room = math.max(0, math.min(left, bytes + bytes / 8 + PlusBytes))
    reserved.addAndGet(room)
    room
  }

  def giveBack(bytes: Long): Unit = reserved.addAndGet(-bytes)

  def keep(number: Int, split: Int, bytes: Long): Unit = kept.put((number, split), bytes)
}
