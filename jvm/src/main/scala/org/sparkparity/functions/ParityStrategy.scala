package org.sparkparity.functions

import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan
import org.apache.spark.sql.execution.{SparkPlan, SparkStrategy}

/** How Spark executes what the table functions stand for. */
private[sparkparity] object ParityStrategy extends SparkStrategy {
  override def apply(plan: LogicalPlan): Seq[SparkPlan] = plan match {
    case ParityRows(call, output) => ParityRowsExec(call, output) :: Nil
    case ParityFrame(comparison, name, output) =>
      comparison.checkSession()
      ParityFrameExec(comparison, name, output) :: Nil
    case _ => Nil
  }
}
