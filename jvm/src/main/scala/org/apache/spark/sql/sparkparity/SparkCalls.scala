package org.apache.spark.sql.sparkparity

import java.io.File

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path
import org.apache.spark.SparkEnv
import org.apache.spark.internal.io.FileCommitProtocol
import org.apache.spark.sql.catalyst.FunctionIdentifier
import org.apache.spark.sql.execution.QueryExecution
import org.apache.spark.sql.execution.datasources.FileFormatWriter
import org.apache.spark.sql.execution.datasources.parquet.ParquetFileFormat
import org.apache.spark.storage.{BlockId, StorageLevel}

import scala.reflect.ClassTag

/** Calls of what Spark keeps for itself, and changes within a line; `Spark` of a line has them as its versions do. */
class SparkCalls {

  /** A name as a session's registry takes it. */
  def functionName(name: FunctionIdentifier): FunctionIdentifier = name

  /** Makes a temporary file a block on disk; whether it became one. */
  def keep(block: BlockId, file: File): Boolean = {
    val blocks = SparkEnv.get.blockManager
    new blocks.TempFileBasedBlockStoreUpdater(block, StorageLevel.DISK_ONLY, ClassTag.Any, file, file.length).save()
  }

  /** Writes the rows of a query as Parquet files, whose names have the id of the job in them. */
  def write(query: QueryExecution, folder: Path, jobId: String, conf: Configuration): Unit = {
    val session = query.sparkSession
    val protocol = session.sessionState.conf.fileCommitProtocolClass
    FileFormatWriter.write(
      session,
      query.executedPlan,
      new ParquetFileFormat,
      FileCommitProtocol.instantiate(protocol, jobId, folder.toString),
      FileFormatWriter.OutputSpec(folder.toString, Map.empty, query.analyzed.output),
      conf,
      Nil,
      None,
      Nil,
      Map.empty
    )
  }
}
