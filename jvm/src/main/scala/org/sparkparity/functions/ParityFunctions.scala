package org.sparkparity.functions

import org.apache.spark.sql.catalyst.FunctionIdentifier
import org.apache.spark.sql.catalyst.expressions.{Expression, ExpressionInfo}
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan
import org.sparkparity.{ErrorCode, ParityException, SparkLine}
import org.sparkparity.SparkLine.Session
import org.sparkparity.comparison.Comparison
import org.sparkparity.jobs.Failures
import org.sparkparity.run.RunRegistry

/** The table functions that clients call. They work the same through classic sessions and through Spark Connect, where
  * SQL is all there is. Analysis may call a builder any number of times, so builders do nothing but look things up.
  */
private[sparkparity] object ParityFunctions {
  val Run = "parity_run"
  val Frame: String = Comparison.FrameFunction
  val Page = "parity_page"
  val Cancel = "parity_cancel"
  val Close = "parity_close"
  val Release = "parity_release"

  type Builder = Seq[Expression] => LogicalPlan
  type Description = (FunctionIdentifier, ExpressionInfo, Builder)

  val all: Seq[Description] = Seq(
    describe(Run, "options")(values => ParityRows.of(ExecuteRun(SparkLine.activeSession(), values.head))),
    describe(Frame, "run", "frame")(values => frame(values.head, values(1))),
    describe(Page, "run", "look")(values => ParityRows.of(MakePage(SparkLine.activeSession(), values.head, values(1)))),
    describe(Cancel, "run")(values => ParityRows.of(CancelJobs(SparkLine.activeSession(), values.head))),
    describe(Close, "run")(values => ParityRows.of(CloseRun(SparkLine.activeSession(), values.head))),
    describe(Release, "run")(values => ParityRows.of(ReleaseRun(SparkLine.activeSession(), values.head)))
  )

  private def frame(id: String, name: String): LogicalPlan = {
    if (!Comparison.Frames.contains(name)) {
      throw new ParityException(
        ErrorCode.BAD_OPTION,
        s"there is no frame $name",
        s"the frames are ${Comparison.Frames.mkString(", ")}"
      )
    }
    ParityFrame.of(comparison(SparkLine.activeSession(), id), name)
  }

  /** The comparison that a run of a session has made. */
  def comparison(session: Session, id: String): Comparison =
    RunRegistry.find(session, id).flatMap(_.comparison).getOrElse {
      throw new ParityException(
        ErrorCode.BAD_OPTION,
        s"there is no run $id in this session",
        "it was closed, or never ran here"
      )
    }

  private def describe(name: String, parameters: String*)(build: Seq[String] => LogicalPlan): Description =
    (
      FunctionIdentifier(name),
      new ExpressionInfo(getClass.getName, name),
      arguments => Failures.leavingDriver(build(texts(name, parameters, arguments)))
    )

  private def texts(name: String, parameters: Seq[String], arguments: Seq[Expression]): Seq[String] = {
    val values = arguments.filter(_.foldable).map(_.eval()).filter(_ != null).map(_.toString)
    if (arguments.length != parameters.length || values.length != parameters.length) {
      throw new ParityException(
        ErrorCode.BAD_OPTION,
        s"$name takes string literals: $name(${parameters.map(":" + _).mkString(", ")})",
        null
      )
    }
    values
  }
}
