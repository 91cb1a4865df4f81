package org.apache.spark.sql.sparkparity

/** The calls as all versions of Spark 3.5 have them. */
object Spark extends SparkCalls
