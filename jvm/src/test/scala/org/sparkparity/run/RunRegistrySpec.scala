package org.sparkparity.run

import java.lang.ref.WeakReference
import java.util.concurrent.{CountDownLatch, TimeUnit}
import java.util.concurrent.atomic.AtomicInteger

import org.sparkparity.{ErrorCode, ParityException, SessionSuite}
import org.sparkparity.comparison.{Comparison, RunOptions}
import org.sparkparity.jobs.{Failures, Holdings, LocalProperties}

import scala.concurrent.{Await, Future}
import scala.concurrent.ExecutionContext.Implicits.global
import scala.concurrent.duration.Duration

class RunRegistrySpec extends SessionSuite {
  private val Wait = Duration(60, TimeUnit.SECONDS)

  private def comparison(): Comparison =
    new Comparison(Comparison.Texts("{}", Nil, "{}"), Map.empty, null, null, new Holdings(session.sparkContext))

  test("two who ask for a run at the same time share one execution") {
    val executed = new AtomicInteger
    val finished = comparison()
    val both = new CountDownLatch(2)
    val run = new Run(
      "shared",
      session.sparkContext,
      { run =>
        executed.incrementAndGet()
        both.await()
        run.publish(finished)
      }
    )
    val results = Seq.fill(2)(Future {
      both.countDown()
      run.await()
    })
    results.foreach(result => assert(Await.result(result, Wait) eq finished))
    assert(executed.get == 1)
  }

  test("whoever waits for a run that fails gets the failure itself") {
    val run =
      new Run("failing", session.sparkContext, _ => throw new ParityException(ErrorCode.CORRUPT_FILE, "damaged", null))
    Seq.fill(2)(assert(intercept[ParityException](run.await()).code == "CORRUPT_FILE"))
  }

  test("closing a run that is still going cancels its jobs") {
    val sc = session.sparkContext
    val started = new CountDownLatch(1)
    val run = new Run(
      "cancelled",
      sc,
      _ =>
        LocalProperties.inRun(sc, "cancelled") {
          started.countDown()
          sc.parallelize(1 to 2, 2).foreach(_ => Thread.sleep(60000))
        }
    )
    val result = Future(run.await())
    started.await()
    while (sc.statusTracker.getActiveJobIds().isEmpty) Thread.sleep(10)
    run.close()
    val failure = intercept[org.apache.spark.SparkException](Await.result(result, Wait))
    assert(Failures.explain(failure, sc).code == "CANCELLED")
    assert(run.isCancelled)
  }

  test("a session knows its own runs only, and a closed one no more") {
    val options = RunOptions.parse("""{"id": "known"}""")
    assert(intercept[ParityException](RunRegistry.execute(session, options)).code == "BAD_OPTION")
    assert(RunRegistry.find(session, "known").isEmpty)
    assert(!RunRegistry.close(session, "known"))
    assert(!RunRegistry.release(session, "known"))
  }

  test("what a run holds is freed by closing it, and a closed result gives no frames") {
    val sc = session.sparkContext
    val holdings = new Holdings(sc)
    val value = holdings.broadcast("value")
    val persisted = holdings.persist(sc.parallelize(1 to 10, 2).map(n => (n % 2, n)).reduceByKey(_ + _))
    assert(persisted.count() == 2 && sc.getPersistentRDDs.contains(persisted.id))
    val finished = new Comparison(Comparison.Texts("{}", Nil, "{}"), Map.empty, null, null, holdings)
    finished.close()
    assert(!sc.getPersistentRDDs.contains(persisted.id))
    intercept[org.apache.spark.SparkException](value.value)
    assert(intercept[ParityException](finished.frame("changed")).code == "BAD_OPTION")
  }

  test("a run that was released is garbage as soon as its last frame is") {
    session.range(3).write.parquet(s"$folder/left")
    session.range(1, 4).write.parquet(s"$folder/right")
    def side(name: String) = s"""{"paths": ["$folder/$name"]}"""
    val options = s"""{"id": "released", "left": ${side("left")}, "right": ${side("right")}, "samples": 1}"""
    assert(ask("parity_run", "options" -> options).map(_.getString(0)).contains("document"))
    val comparison = new WeakReference(RunRegistry.find(session, "released").flatMap(_.comparison).get)
    def collected: Boolean = {
      System.gc()
      comparison.get == null
    }
    var frame = session.sql("SELECT * FROM parity_frame('released', 'only_left')").select("id")
    assert(ask("parity_release", "run" -> "released").map(_.getBoolean(0)) == Seq(true))
    assert(RunRegistry.find(session, "released").isEmpty)
    assert(!collected && frame.collect().map(_.getLong(0)).toSeq == Seq(0L))
    frame = null
    val end = System.nanoTime + Wait.toNanos
    while (!collected && System.nanoTime < end) Thread.sleep(50)
    assert(comparison.get == null)
  }

  test("what a run sets for its jobs is set back") {
    val sc = session.sparkContext
    sc.setJobGroup("mine", "my job")
    try {
      LocalProperties.inRun(sc, "r") {
        assert(sc.getLocalProperty("spark.jobGroup.id") == "mine")
        LocalProperties.named(sc, "parity: match")(
          assert(sc.getLocalProperty("spark.job.description") == "parity: match")
        )
        assert(sc.getJobTags() == Set("parity-r"))
      }
      assert(sc.getLocalProperty("spark.job.description") == "my job")
      assert(sc.getJobTags().isEmpty)
    } finally sc.clearJobGroup()
    LocalProperties.inRun(sc, "r")(assert(sc.getLocalProperty("spark.jobGroup.id") == "parity-r"))
    assert(sc.getLocalProperty("spark.jobGroup.id") == null)
  }
}
