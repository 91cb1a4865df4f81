package org.sparkparity.run

import java.util.WeakHashMap

import org.sparkparity.ParityException
import org.sparkparity.SparkLine.Session
import org.sparkparity.comparison.{Comparison, ComparisonDriver, RunOptions}
import org.sparkparity.jobs.{Failures, LocalProperties}
import org.sparkparity.output.OutputFolder
import org.sparkparity.sides.{Side, Sides}

import scala.collection.mutable

/** The runs of this JVM by session and id.
  *
  * Sessions are held weakly and runs know nothing of theirs: when a session goes, its runs go with it, and Spark's
  * context cleaner frees what nobody refers to any more. So a session needs no goodbye.
  */
private[sparkparity] object RunRegistry {
  private val runs = new WeakHashMap[Session, mutable.Map[String, Run]]

  /** The result of a run, which is executed unless it was already; a failed one leaves nothing behind. */
  def execute(session: Session, options: RunOptions): Comparison = {
    val run = synchronized {
      runs.keySet.removeIf(_.sparkContext.isStopped)
      val ofSession = runs.computeIfAbsent(session, _ => mutable.Map.empty)
      ofSession.getOrElseUpdate(options.id, new Run(options.id, session.sparkContext, work(session, options)))
    }
    try run.await()
    catch {
      case failure: Throwable =>
        remove(session, options.id, run)
        throw failure
    }
  }

  def find(session: Session, id: String): Option[Run] = synchronized {
    Option(runs.get(session)).flatMap(_.get(id))
  }

  /** Whether there was such a run. A run that was closed may have been about to start a job: who waits for its end
    * closes it again, and cancels that job.
    */
  def close(session: Session, id: String): Boolean = {
    val run = find(session, id)
    run.foreach { run =>
      remove(session, id, run)
      run.close()
    }
    if (run.isEmpty) LocalProperties.cancel(session.sparkContext, id)
    run.isDefined
  }

  /** Forgets a run whose result nobody holds any more, while frames of it may still be read. They hold what they need;
    * when the last one is garbage, Spark's context cleaner frees it.
    */
  def release(session: Session, id: String): Boolean = {
    val run = find(session, id)
    run.foreach(remove(session, id, _))
    run.isDefined
  }

  private def remove(session: Session, id: String, run: Run): Unit = synchronized {
    Option(runs.get(session)).foreach(ofSession => if (ofSession.get(id).exists(_ eq run)) ofSession -= id)
  }

  private def work(session: Session, options: RunOptions)(run: Run): Unit = {
    val sc = session.sparkContext
    val log = new RunLog(sc, options)
    try {
      if (sc.isStopped) throw Failures.stopped
      LocalProperties.inRun(sc, options.id)(compareAndWrite(session, options, run))
    } catch {
      case thrown: Throwable =>
        // An interrupt of this thread ends its waiting, and not the job.
        LocalProperties.cancel(sc, options.id)
        // Whatever a run was doing when it was closed has failed in a way of its own.
        val failure = if (run.isCancelled) ParityException.cancelled(thrown) else thrown
        log.failed(failure)
        throw failure
    }
    run.comparison.foreach(comparison => log.succeeded(comparison.texts))
  }

  private def compareAndWrite(session: Session, options: RunOptions, run: Run): Unit = {
    val sides = new Sides(session, session.sessionState.newHadoopConf())
    val (left, right) = (sides.resolve("left", options.side("left")), sides.resolve("right", options.side("right")))
    val output = options.output.map(new OutputFolder(session, _, options))
    output.foreach(_.claim(Seq("left" -> left, "right" -> right)))
    try compare(session, options, run, left, right, output)
    catch { case failure: Throwable => throw output.fold(failure)(_.abandoned(failure)) }
  }

  private def compare(
      session: Session,
      options: RunOptions,
      run: Run,
      left: Side,
      right: Side,
      output: Option[OutputFolder]
  ): Unit = {
    val comparison = new ComparisonDriver(session, options, () => run.isCancelled).compare(left, right)
    try {
      run.publish(comparison)
      output.foreach(_.write(comparison))
      if (run.isCancelled) throw ParityException.cancelled(null)
    } catch {
      case failure: Throwable =>
        comparison.close()
        throw failure
    }
  }
}
