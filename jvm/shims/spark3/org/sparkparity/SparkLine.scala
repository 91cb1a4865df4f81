package org.sparkparity

import org.apache.spark.sql.{AnalysisException, SparkSession}
import org.apache.spark.sql.types.DataType

/** What Spark 3.5 and Spark 4 call differently. */
private[sparkparity] object SparkLine {

  /** A session of this JVM, with its catalog and its planner. */
  type Session = SparkSession

  def activeSession(): Session = SparkSession.active

  /** The stable name of what is wrong with a query, or an empty text. */
  def condition(error: AnalysisException): String = Option(error.getErrorClass).getOrElse("")

  /** The type as which frames show a column that a catalog declares. */
  def shown(declared: DataType): DataType = declared
}
