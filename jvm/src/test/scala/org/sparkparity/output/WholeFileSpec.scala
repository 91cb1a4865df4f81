package org.sparkparity.output

import java.io.{ByteArrayOutputStream, File, IOException, OutputStream}
import java.net.URI
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path => LocalPath, StandardCopyOption}

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs._
import org.apache.hadoop.util.Progressable
import org.scalatest.BeforeAndAfterEach
import org.scalatest.funsuite.AnyFunSuite

import scala.collection.JavaConverters._

class WholeFileSpec extends AnyFunSuite with BeforeAndAfterEach {
  private val conf = new Configuration(false)
  conf.set("fs.faulty.impl", classOf[FaultyFileSystem].getName)
  conf.set("fs.hdfs.impl", classOf[FaultyFileSystem].getName)
  conf.set("fs.AbstractFileSystem.hdfs.impl", classOf[ReplacingFileSystem].getName)
  conf.set("fs.objects.impl", classOf[FaultyObjects].getName)
  conf.set("fs.s3.impl", classOf[FaultyObjects].getName)

  /** Without a replacing rename, with one, and stores of objects that say they are and that do not. */
  private val Schemes = Seq("faulty", "hdfs", "objects", "s3")

  private var folder: LocalPath = _

  override def beforeEach(): Unit = {
    folder = Files.createTempDirectory("parity")
    Fault.now = Fault.No
  }

  override def afterEach(): Unit = org.apache.commons.io.FileUtils.deleteDirectory(folder.toFile)

  private def write(scheme: String, text: String): Unit =
    new WholeFile(new Path(s"$scheme://$folder/new/report.html"), conf).write(text.getBytes(UTF_8))

  /** All files below the folder, with what they hold. */
  private def files: Map[String, String] = Files
    .walk(folder)
    .iterator
    .asScala
    .filter(Files.isRegularFile(_))
    .map(file => folder.relativize(file).toString -> new String(Files.readAllBytes(file), UTF_8))
    .toMap

  Schemes.foreach { scheme =>
    test(s"on $scheme: a file is made with its folder, and replaced, and nothing else is there") {
      write(scheme, "of yesterday")
      assert(files == Map("new/report.html" -> "of yesterday"))
      write(scheme, "of today")
      assert(files == Map("new/report.html" -> "of today"))
    }

    test(s"on $scheme: a write that fails leaves the earlier file, or none") {
      Fault.now = Fault.Write
      assert(intercept[IOException](write(scheme, "of today")).getMessage == "the disk is full")
      assert(files.isEmpty)
      Fault.now = Fault.No
      write(scheme, "of yesterday")
      Seq(Fault.Write, Fault.Close).foreach { fault =>
        Fault.now = fault
        intercept[IOException](write(scheme, "of today"))
        assert(files == Map("new/report.html" -> "of yesterday"))
      }
    }

    test(s"on $scheme: a folder in its place is left alone") {
      Files.createDirectories(folder.resolve("new/report.html"))
      intercept[IOException](write(scheme, "of today"))
      assert(files.isEmpty && Files.isDirectory(folder.resolve("new/report.html")))
      assert(Files.list(folder.resolve("new")).count == 1)
    }
  }

  Seq("faulty", "hdfs").foreach { scheme =>
    test(s"on $scheme: a rename that fails leaves the earlier file, and no draft") {
      write(scheme, "of yesterday")
      Fault.now = Fault.Rename
      intercept[IOException](write(scheme, "of today"))
      assert(files == Map("new/report.html" -> "of yesterday"))
    }
  }

  test("the earlier file is never missing on HDFS, and elsewhere only between two renames") {
    Seq("faulty" -> Seq(false), "hdfs" -> Nil).foreach { case (scheme, missing) =>
      write(scheme, "of yesterday")
      Fault.seen.clear()
      write(scheme, "of today")
      assert(Fault.seen.toSeq.filterNot(identity) == missing)
    }
  }
}

/** What goes wrong now, and whether the file was there whenever something was put in its place. */
private object Fault extends Enumeration {
  val No, Write, Close, Rename = Value
  @volatile var now: Value = No
  val seen = scala.collection.mutable.Buffer.empty[Boolean]

  def renaming(from: File, to: File): Unit = if (from.getName.startsWith(".") && !to.getName.startsWith(".")) {
    seen += to.exists
    if (now == Rename) {
      now = No
      throw new IOException("it cannot be renamed")
    }
  }
}

private class FaultyStream(out: OutputStream) extends OutputStream {
  override def write(byte: Int): Unit = write(Array(byte.toByte), 0, 1)

  override def write(bytes: Array[Byte], from: Int, count: Int): Unit =
    if (Fault.now == Fault.Write) {
      out.write(bytes, from, count / 2)
      throw new IOException("the disk is full")
    } else out.write(bytes, from, count)

  override def close(): Unit = {
    if (Fault.now == Fault.Close) throw new IOException("the disk is full")
    out.close()
  }
}

/** Local files under any scheme; like HDFS and others, it renames over no file. */
class FaultyFileSystem extends RawLocalFileSystem {
  // Asked for by the constructor of the class above, before there is one.
  private var uri: URI = _

  override def initialize(name: URI, conf: Configuration): Unit = {
    super.initialize(name, conf)
    uri = URI.create(s"${name.getScheme}:///")
  }
  override def getUri: URI = if (uri == null) super.getUri else uri
  override def pathToFile(path: Path): File = new File(path.toUri.getPath)

  override def create(
      path: Path,
      overwrite: Boolean,
      bufferBytes: Int,
      replication: Short,
      blockBytes: Long,
      progress: Progressable
  ): FSDataOutputStream =
    new FSDataOutputStream(
      new FaultyStream(super.create(path, overwrite, bufferBytes, replication, blockBytes, progress)),
      null
    )

  override def rename(from: Path, to: Path): Boolean = {
    Fault.renaming(pathToFile(from), pathToFile(to))
    !pathToFile(to).exists && super.rename(from, to)
  }
}

/** The same, with a rename that replaces. */
class ReplacingFileSystem(uri: URI, conf: Configuration)
    extends DelegateToFileSystem(uri, new FaultyFileSystem, conf, uri.getScheme, false) {
  override def getUriDefaultPort: Int = -1
  override def renameInternal(from: Path, to: Path, overwrite: Boolean): Unit = {
    val Seq(source, target) = Seq(from, to).map(path => new File(path.toUri.getPath))
    if (target.isDirectory) throw new IOException("it is a folder")
    Fault.renaming(source, target)
    Files.move(source.toPath, target.toPath, StandardCopyOption.ATOMIC_MOVE)
  }
}

/** A store that shows an object when its stream is closed, and copies where others rename. */
class FaultyObjects extends FaultyFileSystem {
  private def tellsAbortable = getUri.getScheme == "objects"

  override def hasPathCapability(path: Path, capability: String): Boolean =
    (tellsAbortable && capability == CommonPathCapabilities.ABORTABLE_STREAM) ||
      super.hasPathCapability(path, capability)

  override def create(
      path: Path,
      overwrite: Boolean,
      bufferBytes: Int,
      replication: Short,
      blockBytes: Long,
      progress: Progressable
  ): FSDataOutputStream = new FSDataOutputStream(new FaultyStream(new ObjectStream(pathToFile(path))), null) {
    override def hasCapability(capability: String): Boolean =
      tellsAbortable && capability == CommonPathCapabilities.ABORTABLE_STREAM
    override def abort(): Abortable.AbortableResult = null
  }

  override def rename(from: Path, to: Path): Boolean = throw new IOException("renaming copies")
}

private class ObjectStream(file: File) extends ByteArrayOutputStream {
  override def close(): Unit = {
    Files.createDirectories(file.toPath.getParent)
    Files.write(file.toPath, toByteArray)
  }
}
