package org.sparkparity

import org.apache.spark.sql.AnalysisException
import org.apache.spark.sql.classic.SparkSession
import org.apache.spark.sql.types._

/** What Spark 3.5 and Spark 4 call differently. */
private[sparkparity] object SparkLine {

  /** A session of this JVM, with its catalog and its planner. */
  type Session = SparkSession

  def activeSession(): Session = SparkSession.active

  /** The stable name of what is wrong with a query, or an empty text. */
  def condition(error: AnalysisException): String = Option(error.getCondition).getOrElse("")

  /** The type as which frames show a column that a catalog declares: strings without their collation, which files do
    * not have, and times of day as strings.
    */
  def shown(declared: DataType): DataType = declared match {
    case _: CharType | _: VarcharType => declared
    case _: StringType                => StringType
    case ArrayType(element, nulls)    => ArrayType(shown(element), nulls)
    case MapType(key, value, nulls)   => MapType(shown(key), shown(value), nulls)
    case StructType(fields)           => StructType(fields.map(field => field.copy(dataType = shown(field.dataType))))
    case other if other.sql.startsWith("TIME(") => StringType
    case other                                  => other
  }
}
