package org.sparkparity.output

import java.nio.charset.StandardCharsets.UTF_8
import java.util.concurrent.{Executors, ThreadFactory, TimeUnit}

import org.apache.commons.io.IOUtils
import org.apache.hadoop.fs.{FileSystem, Path}

import scala.util.Try

/** A small file that is written again and again while a run is going on: what another machine can see of a process. */
private[sparkparity] final class Heartbeat(fileSystem: FileSystem, file: Path) extends AutoCloseable {
  private var beats = 0L
  private val executor = Executors.newSingleThreadScheduledExecutor(new ThreadFactory {
    override def newThread(task: Runnable): Thread = {
      val thread = new Thread(task, "spark-parity-heartbeat")
      thread.setDaemon(true)
      thread
    }
  })

  // A beat that fails is made up for by the next one; whoever watches waits for several.
  private val beat: Runnable = () =>
    Try {
      beats += 1
      val out = fileSystem.create(file, true)
      try out.write(beats.toString.getBytes(UTF_8))
      finally out.close()
    }
  executor.scheduleWithFixedDelay(beat, 0, Heartbeat.EveryMs, TimeUnit.MILLISECONDS)

  /** After this no beat comes any more. */
  override def close(): Unit = {
    executor.shutdown()
    executor.awaitTermination(Heartbeat.WatchMs, TimeUnit.MILLISECONDS)
    Try(fileSystem.delete(file, false))
  }
}

private[sparkparity] object Heartbeat {
  private val EveryMs = 5000L

  /** A run whose file does not change for this long is dead. */
  private val WatchMs = 30000L

  /** Whether the file changes. Waits for it no longer than it must. */
  def isSeen(fileSystem: FileSystem, file: Path): Boolean = {
    def content = Try {
      val in = fileSystem.open(file)
      try IOUtils.toString(in, UTF_8)
      finally in.close()
    }.toOption
    val first = content
    val end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WatchMs)
    Iterator
      .continually { Thread.sleep(WatchMs / 30); content }
      .takeWhile(_ => System.nanoTime() < end)
      .exists(_ != first)
  }
}
