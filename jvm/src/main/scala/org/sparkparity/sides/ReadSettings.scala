package org.sparkparity.sides

import com.fasterxml.jackson.databind.JsonNode
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat
import org.apache.spark.sql.internal.SQLConf
import org.apache.spark.sql.types.TimestampNTZType
import org.sparkparity.{ErrorCode, Json, ParityException}
import org.sparkparity.SparkLine.Session

/** The settings of a session that make other values or types of the same files, for the steps that read them;
  * docs/session-settings.md has them all. Settings whose meaning cannot be followed are refused.
  */
private[sparkparity] object ReadSettings {
  def of(session: Session): JsonNode = {
    val conf = session.sessionState.conf
    def isLegacy(mode: Any) = mode.toString == "LEGACY"
    checkPathFilter(session)
    Json.obj(
      "infer_partition_types" -> conf.partitionColumnTypeInferenceEnabled,
      "local_partition_timestamps" -> (conf.timestampType == TimestampNTZType),
      "old_time_parser" -> isLegacy(conf.getConf(SQLConf.LEGACY_TIME_PARSER_POLICY)),
      "infer_timestamp_ntz" -> conf.parquetInferTimestampNTZEnabled,
      "nanos_as_long" -> conf.legacyParquetNanosAsLong,
      "binary_as_string" -> conf.isParquetBinaryAsString,
      "julian_datetime" -> isLegacy(conf.getConf(SQLConf.PARQUET_REBASE_MODE_IN_READ)),
      "julian_int96" -> isLegacy(conf.getConf(SQLConf.PARQUET_INT96_REBASE_MODE_IN_READ)),
      "match_field_ids" -> conf.parquetFieldIdReadEnabled,
      "shift_int96" -> conf.isParquetINT96TimestampConversion
    )
  }

  /** A filter on paths leaves files out of whatever Spark reads. */
  private def checkPathFilter(session: Session): Unit =
    Option(session.sessionState.newHadoopConf().get(FileInputFormat.PATHFILTER_CLASS)).foreach { filter =>
      throw new ParityException(
        ErrorCode.BAD_OPTION,
        s"${FileInputFormat.PATHFILTER_CLASS} is $filter, which leaves files out; a comparison reads them all",
        s"unset ${FileInputFormat.PATHFILTER_CLASS} in the session's Hadoop configuration"
      )
    }
}
