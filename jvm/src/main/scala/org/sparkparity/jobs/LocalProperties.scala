package org.sparkparity.jobs

import org.apache.spark.SparkContext
import org.apache.spark.sql.sparkparity.SparkAccess._

/** What Spark's UI calls our jobs and stages, and how they are cancelled. All of it is local properties of the calling
  * thread, which belong to the user: whatever is set here is set back.
  */
private[sparkparity] object LocalProperties {

  /** The tag, and where the user has set none the group, of a run's jobs. */
  def tag(runId: String): String = s"parity-$runId"

  def inRun[T](sc: SparkContext, runId: String)(body: => T): T = {
    val tags = (Option(sc.getLocalProperty(JobTags)).toSeq :+ tag(runId)).mkString(SparkTagSeparator)
    val group =
      if (sc.getLocalProperty(JobGroup) != null) Nil
      // The threads that are interrupted wait for reads or for exchanges; files are read by others.
      else Seq(JobGroup -> tag(runId), InterruptOnCancel -> "true")
    having(sc, Seq(JobTags -> tags) ++ group)(body)
  }

  /** Cancels the jobs that a run has going. */
  def cancel(sc: SparkContext, runId: String): Unit = if (!sc.isStopped) sc.cancelJobsWithTag(tag(runId))

  /** Names the stages that end in RDDs made by `body`, and the jobs that it starts. */
  def named[T](sc: SparkContext, name: String)(body: => T): T =
    having(sc, Seq(StageName -> name, JobDescription -> name))(body)

  private val SparkTagSeparator = ","

  private def having[T](sc: SparkContext, properties: Seq[(String, String)])(body: => T): T = {
    val before = properties.map { case (name, _) => name -> sc.getLocalProperty(name) }
    properties.foreach { case (name, value) => sc.setLocalProperty(name, value) }
    try body
    finally before.foreach { case (name, value) => sc.setLocalProperty(name, value) }
  }
}
