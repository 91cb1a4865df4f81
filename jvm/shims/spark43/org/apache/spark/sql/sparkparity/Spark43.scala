package org.apache.spark.sql.sparkparity

import java.io.File

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path
import org.apache.spark.SparkEnv
import org.apache.spark.internal.io.FileCommitProtocol
import org.apache.spark.sql.catalyst.FunctionIdentifier
import org.apache.spark.sql.catalyst.analysis.FunctionRegistry
import org.apache.spark.sql.execution.QueryExecution
import org.apache.spark.sql.execution.datasources.FileFormatWriter
import org.apache.spark.sql.execution.datasources.parquet.ParquetFileFormat
import org.apache.spark.storage.{BlockId, StorageLevel}

import scala.reflect.ClassTag

/** The calls of `SparkCalls` as they are since Spark 4.3, which gave two methods further parameters with defaults, and
  * names of functions a namespace.
  *
  * Compiled by itself, with the jars of 4.3, and packed into the jar of the line: it uses no class of ours.
  */
private[sparkparity] object Spark43 {
  def functionName(name: FunctionIdentifier): FunctionIdentifier =
    FunctionRegistry.builtinFunctionIdentifier(name.funcName)

  def keep(block: BlockId, file: File): Boolean = {
    val blocks = SparkEnv.get.blockManager
    new blocks.TempFileBasedBlockStoreUpdater(block, StorageLevel.DISK_ONLY, ClassTag.Any, file, file.length).save()
  }

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
