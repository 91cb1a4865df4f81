package org.apache.spark.sql.sparkparity

import java.io.File

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path
import org.apache.spark.SPARK_VERSION
import org.apache.spark.sql.catalyst.FunctionIdentifier
import org.apache.spark.sql.execution.QueryExecution
import org.apache.spark.storage.BlockId
import org.apache.spark.util.VersionUtils

/** The calls as the running Spark 4 has them. */
object Spark extends SparkCalls {
  private val is43 = VersionUtils.minorVersion(SPARK_VERSION) >= 3

  override def functionName(name: FunctionIdentifier): FunctionIdentifier =
    if (is43) Spark43.functionName(name) else super.functionName(name)

  override def keep(block: BlockId, file: File): Boolean =
    if (is43) Spark43.keep(block, file) else super.keep(block, file)

  override def write(query: QueryExecution, folder: Path, jobId: String, conf: Configuration): Unit =
    if (is43) Spark43.write(query, folder, jobId, conf) else super.write(query, folder, jobId, conf)
}
