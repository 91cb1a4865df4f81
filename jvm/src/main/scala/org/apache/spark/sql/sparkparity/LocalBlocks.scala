package org.apache.spark.sql.sparkparity

import java.io.File

import org.apache.spark.{SparkContext, SparkEnv}
import org.apache.spark.rdd.RDD
import org.apache.spark.storage.RDDBlockId

/** Files that Spark's block manager keeps for us, as blocks of an RDD that has no elements: it tells where they are,
  * and removes all of an RDD at once, everywhere.
  */
object LocalBlocks {

  /** An RDD without elements, whose blocks go when nobody holds it any more. */
  def owner(sc: SparkContext): RDD[Nothing] = {
    val owner = sc.emptyRDD[Nothing]
    sc.cleaner.foreach(_.registerRDDForCleanup(owner))
    owner
  }

  /** A new file below Spark's local directories. */
  def temporaryFile(): File = SparkEnv.get.blockManager.diskBlockManager.createTempLocalBlock()._2

  /** Bytes that are free where such files are. */
  def freeBytes: Long = SparkEnv.get.blockManager.diskBlockManager.localDirs.map(_.getUsableSpace).sum

  /** Makes a temporary file a block of the RDD with this number; whether it became one. */
  def keep(number: Int, part: Int, file: File): Boolean = Spark.keep(RDDBlockId(number, part), file)

  /** The file of a block that is here. */
  def file(number: Int, part: Int): Option[File] = {
    val files = SparkEnv.get.blockManager.diskBlockManager
    val block = RDDBlockId(number, part)
    if (files.containsBlock(block)) Some(files.getFile(block)) else None
  }

  /** The executors that have a block, as an RDD names the places that it prefers. */
  def places(number: Int, part: Int): Seq[String] =
    SparkEnv.get.blockManager.master
      .getLocations(RDDBlockId(number, part))
      .map(at => s"executor_${at.host}_${at.executorId}")

  /** Removes all blocks of the RDD with this number, wherever they are. Dynamic allocation learns that too: it keeps
    * executors that have blocks.
    */
  def remove(sc: SparkContext, number: Int): Unit = sc.unpersistRDD(number, blocking = false)
}
