package org.sparkparity.jobs

import java.io.{ByteArrayInputStream, ByteArrayOutputStream, NotSerializableException}
import java.io.{ObjectInputStream, ObjectOutputStream, ObjectStreamClass}

import org.apache.spark.{SparkContext, SparkException}
import org.sparkparity.{ErrorCode, ParityException, SessionSuite}

class FailuresSpec extends SessionSuite {
  private def explain(failure: Throwable, sc: SparkContext = session.sparkContext) = Failures.explain(failure, sc)

  private val damaged = new ParityException(ErrorCode.CORRUPT_FILE, "a.parquet is damaged", "write it again")
  private val unreadable =
    new ParityException(ErrorCode.PATH_UNREADABLE, "a.parquet: the connection was refused", null, damaged)

  /** What a reader makes of it that knows no class of ours, as the thread of the driver that reads failures. */
  private def withoutOurClasses(failure: Throwable): Throwable = {
    val bytes = new ByteArrayOutputStream
    new ObjectOutputStream(bytes).writeObject(failure)
    new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray)) {
      override def resolveClass(described: ObjectStreamClass): Class[_] =
        if (described.getName.startsWith("org.sparkparity")) throw new ClassNotFoundException(described.getName)
        else super.resolveClass(described)
    }.readObject().asInstanceOf[Throwable]
  }

  test("an error is found among the causes of a failure") {
    assert(explain(new SparkException("Job aborted", new IllegalStateException("it ended", damaged))) eq damaged)
  }

  test("a task's failure is read where none of our classes is known, with code, sentence and hint") {
    for (error <- Seq(damaged, unreadable)) {
      val read = withoutOurClasses(error.leavingTask())
      val found = explain(new SparkException("Job aborted", read))
      assert((found.code, found.getMessage, found.hint) == ((error.code, error.getMessage, error.hint)))
    }
  }

  test("an error whose task is not tried again leaves it as what Spark takes for final") {
    assert(damaged.leavingTask().getClass == classOf[NotSerializableException])
    assert(unreadable.leavingTask() eq unreadable)
  }

  test("an error that leaves the driver says its code and its hint in its message, and is known for what it is") {
    val leaving = intercept[ParityException](Failures.leavingDriver[Unit](throw damaged))
    assert(leaving.getMessage == "spark-parity: CORRUPT_FILE: a.parquet is damaged\n  hint: write it again")
    assert((leaving.toString, leaving.code, leaving.hint) == ((leaving.getMessage, damaged.code, damaged.hint)))
    assert(intercept[ParityException](Failures.leavingDriver[Unit](throw leaving)) eq leaving)
    assert(explain(new SparkException("Job aborted", leaving)) eq damaged)
  }

  test("an error is read from a message that Spark made of it") {
    val text = s"Task 0.0 in stage 0.0 (TID 0) had a not serializable result: ${damaged.leavingTask().getMessage}"
    Seq(s"Job aborted due to stage failure: $text", s"$text\n\tat org.sparkparity.Native.next").foreach { message =>
      val found = explain(new SparkException(message))
      assert((found.code, found.getMessage, found.hint) == (("CORRUPT_FILE", "a.parquet is damaged", "write it again")))
    }
  }

  test("lines in a sentence are no part of how it is read") {
    val error = new ParityException(ErrorCode.PATH_NOT_FOUND, "a\n  hint: b does not exist", null)
    val found = ParityException.spokenBy(new RuntimeException(error.toString))
    assert((found.getMessage, found.hint) == (("a   hint: b does not exist", null)))
  }

  test("cancellation and interruption are told from failures") {
    assert(explain(new SparkException("Job 12 cancelled part of cancelled job group g")).code == "CANCELLED")
    assert(explain(new RuntimeException(new InterruptedException)).code == "CANCELLED")
  }

  test("memory that ran out is told from defects") {
    assert(
      explain(new SparkException("Job aborted", new OutOfMemoryError("Java heap space"))).code == "OUT_OF_RESOURCES"
    )
    val tooMuch = "Total size of serialized results of 3 tasks is bigger than spark.driver.maxResultSize (1g)"
    assert(explain(new SparkException(tooMuch)).code == "OUT_OF_RESOURCES")
    assert(explain(new SparkException("Job aborted\n\tat x")).code == "SPARK_FAILED")
    assert(explain(new IllegalStateException).code == "INTERNAL")
  }
}
