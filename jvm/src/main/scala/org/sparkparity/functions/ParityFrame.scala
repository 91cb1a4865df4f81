package org.sparkparity.functions

import org.apache.spark.rdd.RDD
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.analysis.MultiInstanceRelation
import org.apache.spark.sql.catalyst.expressions.Attribute
import org.apache.spark.sql.catalyst.plans.logical.{LeafNode, LogicalPlan, Statistics}
import org.apache.spark.sql.catalyst.types.DataTypeUtils
import org.apache.spark.sql.execution.LeafExecNode
import org.apache.spark.sql.execution.metric.{SQLMetric, SQLMetrics}
import org.apache.spark.sql.vectorized.ColumnarBatch
import org.sparkparity.comparison.Comparison
import org.sparkparity.jobs.Failures

/** A lazy frame of a finished comparison. It holds the comparison, so any session may execute it until that is closed.
  */
private[sparkparity] case class ParityFrame(comparison: Comparison, name: String, output: Seq[Attribute])
    extends LeafNode
    with MultiInstanceRelation {
  override def newInstance(): LogicalPlan = copy(output = output.map(_.newInstance()))
  override def computeStats(): Statistics = Statistics(sizeInBytes = conf.defaultSizeInBytes)
  override def simpleString(maxFields: Int): String = s"ParityFrame $name"
}

private[sparkparity] object ParityFrame {
  def of(comparison: Comparison, name: String): ParityFrame =
    ParityFrame(comparison, name, DataTypeUtils.toAttributes(comparison.schemas(name)))
}

/** Native rows as Spark's columns; Spark itself makes rows of them where it needs rows. */
private[sparkparity] case class ParityFrameExec(@transient comparison: Comparison, name: String, output: Seq[Attribute])
    extends LeafExecNode {
  override lazy val metrics: Map[String, SQLMetric] =
    Map("numOutputRows" -> SQLMetrics.createMetric(sparkContext, "number of output rows"))

  override def supportsColumnar: Boolean = true

  override protected def doExecuteColumnar(): RDD[ColumnarBatch] = {
    val rows = longMetric("numOutputRows")
    Failures.leavingDriver(comparison.frame(name)).map { batch =>
      rows += batch.numRows()
      batch
    }
  }

  override protected def doExecute(): RDD[InternalRow] =
    throw new UnsupportedOperationException(s"$nodeName gives columns")

  override def simpleString(maxFields: Int): String = s"ParityFrame $name"
}
