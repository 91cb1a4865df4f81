package org.sparkparity

import org.apache.spark.{SparkContext, SparkException}

/** What became of a run, as its caller shall read it. */
private[sparkparity] object Failures {

  /** The error to report, or nothing when the failure is the caller's own cancellation and must reach him as it is. */
  def explain(failure: Throwable, sc: SparkContext): Option[ParityException] = {
    val causes = chain(failure)
    val texts = causes.map(cause => String.valueOf(cause.getMessage))
    causes.collectFirst { case e: ParityException => e }.orElse(texts.collectFirst(spoken)) match {
      case known @ Some(_)                                                                             => known
      case None if sc.isStopped                                                                        => Some(stopped)
      case None if causes.exists(_.isInstanceOf[InterruptedException]) || texts.exists(isCancellation) => None
      case None if causes.exists(_.isInstanceOf[OutOfMemoryError]) || texts.exists(isOutOfMemory) =>
        Some(
          error(
            "OUT_OF_RESOURCES",
            s"out of memory: ${texts.last.linesIterator.next()}",
            "give executors and driver more memory, or fewer cores"
          )
        )
      case None if failure.isInstanceOf[SparkException] =>
        Some(error("SPARK_FAILED", firstLine(failure), "Spark's log and its web page tell more"))
      case None =>
        Some(
          error("INTERNAL", s"${failure.getClass.getName}: ${firstLine(failure)}", "this is a defect: please report it")
        )
    }
  }

  val stopped: ParityException =
    error("SESSION_STOPPED", "the Spark session is stopped", "start a new session and compare again")

  /** A task's error whose class the driver could not load arrives as the text of it, as ParityException.toString. */
  private val Spoken = """(?s).*org\.sparkparity\.ParityException: ([A-Z_]+): ([^\n]*).*""".r

  private val spoken: PartialFunction[String, ParityException] = { case Spoken(code, text) => error(code, text, null) }

  private def isCancellation(text: String): Boolean = "\\bJob \\d+ cancelled\\b".r.findFirstIn(text).isDefined

  private def isOutOfMemory(text: String): Boolean =
    text.contains("OutOfMemoryError") || text.contains("spark.driver.maxResultSize")

  def firstLine(failure: Throwable): String =
    Option(failure.getMessage).flatMap(_.linesIterator.find(_.nonEmpty)).getOrElse("no message")

  private def chain(failure: Throwable): List[Throwable] =
    Iterator.iterate(failure)(_.getCause).takeWhile(_ != null).take(50).toList

  private def error(code: String, message: String, hint: String) = new ParityException(code, message, hint)
}
