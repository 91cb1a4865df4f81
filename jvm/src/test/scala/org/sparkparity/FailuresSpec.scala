package org.sparkparity

import org.apache.spark.{SparkContext, SparkException}

class FailuresSpec extends SessionSuite {
  private def explain(failure: Throwable, sc: SparkContext = session.sparkContext) = Failures.explain(failure, sc)

  test("a task's error is found among the causes of the failed job") {
    val error = new ParityException("CORRUPT_FILE", "a.parquet is damaged", "write it again")
    assert(explain(new SparkException("Job aborted", new RuntimeException(error))).contains(error))
  }

  test("a task's error whose class the driver could not load is read from the job's message") {
    val error = new ParityException("CORRUPT_FILE", "a.parquet is damaged: row group 3", null)
    val text = s"Job aborted due to stage failure: Task 0 failed 4 times: $error\n\tat org.sparkparity.Native.next"
    val found = explain(new SparkException(text)).get
    assert(found.code == "CORRUPT_FILE" && found.getMessage == "a.parquet is damaged: row group 3")
  }

  test("cancellation and interruption stay what they are") {
    assert(explain(new SparkException("Job 12 cancelled part of cancelled job group g")).isEmpty)
    assert(explain(new RuntimeException(new InterruptedException)).isEmpty)
  }

  test("memory that ran out is told from defects") {
    assert(
      explain(new SparkException("Job aborted", new OutOfMemoryError("Java heap space"))).get.code == "OUT_OF_RESOURCES"
    )
    val tooMuch = "Total size of serialized results of 3 tasks is bigger than spark.driver.maxResultSize (1g)"
    assert(explain(new SparkException(tooMuch)).get.code == "OUT_OF_RESOURCES")
    assert(explain(new SparkException("Job aborted\n\tat x")).get.code == "SPARK_FAILED")
    assert(explain(new IllegalStateException).get.code == "INTERNAL")
  }
}
