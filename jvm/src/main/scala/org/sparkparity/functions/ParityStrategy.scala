package org.sparkparity.functions

import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan
import org.apache.spark.sql.execution.{SparkPlan, SparkStrategy}
import org.sparkparity.jobs.Failures

/** How Spark executes what the table functions stand for. */
private[sparkparity] object ParityStrategy extends SparkStrategy {
  override def apply(plan: LogicalPlan): Seq[SparkPlan] = plan match {
    case ParityRows(call, output) => ParityRowsExec(call, output) :: Nil
    case ParityFrame(comparison, name, output) =>
      Failures.leavingDriver(comparison.checkSession())
      ParityFrameExec(comparison, name, output) :: Nil
    case _ => Nil
  }
}
