package org.sparkparity.jobs

import org.apache.spark.{SparkContext, SparkException}
import org.sparkparity.{ErrorCode, ParityException}

/** What became of a run, as its caller shall read it. */
private[sparkparity] object Failures {

  /** The error to report. */
  def explain(failure: Throwable, sc: SparkContext): ParityException = {
    val causes = chain(failure)
    val texts = causes.map(cause => String.valueOf(cause.getMessage))
    Option(ParityException.spokenBy(failure)).getOrElse {
      if (sc.isStopped) stopped
      else if (causes.exists(_.isInstanceOf[InterruptedException]) || texts.exists(isCancellation))
        ParityException.cancelled(failure)
      else if (causes.exists(_.isInstanceOf[OutOfMemoryError]) || texts.exists(isOutOfMemory))
        error(
          ErrorCode.OUT_OF_RESOURCES,
          s"out of memory: ${texts.last.linesIterator.next()}",
          "give executors and driver more memory, or fewer cores"
        )
      else if (failure.isInstanceOf[SparkException])
        error(ErrorCode.SPARK_FAILED, firstLine(failure), "Spark's log and its web page tell more")
      else
        error(
          ErrorCode.INTERNAL,
          s"${failure.getClass.getName}: ${firstLine(failure)}",
          "this is a defect: please report it"
        )
    }
  }

  /** Whatever a query does on the driver for Spark, its errors as they are to leave it. */
  def leavingDriver[T](body: => T): T =
    try body
    catch { case error: ParityException => throw error.leavingDriver() }

  val stopped: ParityException =
    error(ErrorCode.SESSION_STOPPED, "the Spark session is stopped", "start a new session and compare again")

  private def isCancellation(text: String): Boolean = "\\bJob \\d+ cancelled\\b".r.findFirstIn(text).isDefined

  private def isOutOfMemory(text: String): Boolean =
    text.contains("OutOfMemoryError") || text.contains("spark.driver.maxResultSize")

  def firstLine(failure: Throwable): String =
    Option(failure.getMessage).flatMap(_.linesIterator.find(_.nonEmpty)).getOrElse("no message")

  private def chain(failure: Throwable): List[Throwable] =
    Iterator.iterate(failure)(_.getCause).takeWhile(_ != null).take(50).toList

  private def error(code: ErrorCode, message: String, hint: String) = new ParityException(code, message, hint)
}
