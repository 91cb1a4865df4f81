package org.sparkparity

import java.io.{File, IOException, InputStream}
import java.net.URI
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs._

/** Local files as if they were far away: `far:///tmp/x` is read through Hadoop, slowly, or not at all. */
class FarFileSystem extends RawLocalFileSystem {
  override def getUri: URI = URI.create("far:///")
  override def getScheme: String = "far"
  override def pathToFile(path: Path): File = new File(path.toUri.getPath)

  override def getFileStatus(path: Path): FileStatus = {
    FarFileSystem.refusal.foreach(refusal => throw refusal)
    super.getFileStatus(path)
  }

  override def open(path: Path, bufferBytes: Int): FSDataInputStream = {
    FarFileSystem.opened.incrementAndGet()
    new FSDataInputStream(new FarStream(super.open(path, bufferBytes)))
  }
}

object FarFileSystem {
  val opened = new AtomicInteger()

  /** Reads wait for this. */
  @volatile var gate = new CountDownLatch(0)

  /** Counts reads that came to the gate. */
  @volatile var arrived = new CountDownLatch(1)

  /** What every look at a file throws. */
  @volatile var refusal: Option[IOException] = None

  def configured(conf: Configuration): Configuration = {
    conf.set("fs.far.impl", classOf[FarFileSystem].getName)
    conf
  }
}

private class FarStream(in: FSDataInputStream) extends InputStream with Seekable with PositionedReadable {
  override def read(): Int = in.read()

  override def read(bytes: Array[Byte], from: Int, count: Int): Int = {
    FarFileSystem.arrived.countDown()
    FarFileSystem.gate.await()
    in.read(bytes, from, count)
  }

  override def seek(position: Long): Unit = in.seek(position)
  override def getPos: Long = in.getPos
  override def seekToNewSource(target: Long): Boolean = false
  override def read(position: Long, bytes: Array[Byte], from: Int, count: Int): Int =
    in.read(position, bytes, from, count)
  override def readFully(position: Long, bytes: Array[Byte], from: Int, count: Int): Unit =
    in.readFully(position, bytes, from, count)
  override def readFully(position: Long, bytes: Array[Byte]): Unit = in.readFully(position, bytes)
  override def close(): Unit = in.close()
}
