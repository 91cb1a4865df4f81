package org.sparkparity.jobs

import org.apache.spark.SparkContext
import org.apache.spark.broadcast.Broadcast
import org.apache.spark.rdd.RDD
import org.apache.spark.sql.sparkparity.LocalBlocks
import org.apache.spark.storage.StorageLevel
import org.slf4j.LoggerFactory
import org.sparkparity.{ErrorCode, ParityException}

import scala.collection.mutable
import scala.reflect.ClassTag
import scala.util.control.NonFatal

/** What a run holds in the cluster: broadcast values, persisted RDDs, the files of their exchanges, and blocks. Closing
  * frees all of it, at once and whatever had happened; until then lazy frames use it.
  */
private[sparkparity] final class Holdings(sc: SparkContext) extends AutoCloseable {
  private val broadcasts = mutable.Buffer[Broadcast[_]]()
  private val persisted = mutable.Buffer[RDD[_]]()
  private val owners = mutable.Buffer[RDD[_]]()
  @volatile private var isClosed = false

  /** Refuses to go on with what is freed. */
  def checkOpen(): Unit = if (isClosed) {
    throw new ParityException(
      ErrorCode.BAD_OPTION,
      "the result was closed",
      "compare again, and read frames before close()"
    )
  }

  def broadcast[T: ClassTag](value: T): Broadcast[T] = synchronized {
    val made = sc.broadcast(value)
    broadcasts += made
    made
  }

  def persist[T](rdd: RDD[T]): RDD[T] = synchronized {
    persisted += rdd
    rdd.persist(StorageLevel.MEMORY_AND_DISK_SER)
  }

  /** The owner of new blocks; see [[LocalBlocks]]. */
  def blocks(): RDD[_] = synchronized {
    val owner = LocalBlocks.owner(sc)
    owners += owner
    owner
  }

  override def close(): Unit = synchronized {
    isClosed = true
    if (!sc.isStopped) {
      owners.foreach(owner => quietly(LocalBlocks.remove(sc, owner.id)))
      persisted.foreach(rdd => quietly(rdd.unpersist(blocking = false)))
      // Exchanges end at persisted RDDs: now that none is, the last one leads to all.
      persisted.lastOption.foreach(rdd => quietly(rdd.cleanShuffleDependencies()))
      broadcasts.foreach(broadcast => quietly(broadcast.destroy()))
    }
    owners.clear()
    persisted.clear()
    broadcasts.clear()
  }

  private def quietly(free: => Unit): Unit =
    try free
    catch {
      // One that cannot be freed, because its executor or the context is going, must not keep the others.
      case NonFatal(e) => Holdings.log.warn("could not free what a comparison held", e)
    }
}

private object Holdings {
  private val log = LoggerFactory.getLogger(classOf[Holdings])
}
