package org.sparkparity

import java.io.{FileNotFoundException, IOException}
import java.net.{ConnectException, UnknownHostException}
import java.nio.file.{AccessDeniedException, Files}
import java.util.concurrent.{CountDownLatch, TimeUnit}

import scala.concurrent.{Await, Future}
import scala.concurrent.ExecutionContext.Implicits.global
import scala.concurrent.duration._

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.LocalFileSystem
import org.apache.spark.{SparkException, TaskContext}
import org.apache.spark.sql.SparkSession
import org.scalatest.BeforeAndAfterEach
import org.scalatest.funsuite.AnyFunSuite

class TaskIoSpec extends AnyFunSuite with BeforeAndAfterEach {
  private val MiB = 1 << 20
  private val content = Array.tabulate(3 * MiB)(i => (i % 251).toByte)
  private val file = Files.createTempFile("parity", ".bin")
  private val far = s"far://$file"
  private def modified: Long = Files.getLastModifiedTime(file).toMillis

  override protected def beforeEach(): Unit = Files.write(file, content)

  override protected def afterEach(): Unit = {
    FarFileSystem.gate.countDown()
    FarFileSystem.gate = new CountDownLatch(0)
    FarFileSystem.arrived = new CountDownLatch(1)
    FarFileSystem.refusal = None
    Files.deleteIfExists(file)
  }

  private def conf: Configuration = FarFileSystem.configured(new Configuration())

  private def onDriver[A](body: TaskIo => A): A = {
    val io = new TaskIo(conf, null)
    try body(io)
    finally io.close()
  }

  /** A session that fails tasks which do not give memory back. */
  private def inTask(body: TaskContext => Unit, settings: (String, String)*): Unit = inSession(settings: _*) {
    session =>
      run(session, body)
  }

  private def run(session: SparkSession, body: TaskContext => Unit): Unit = {
    // The task runs in this JVM, so nothing of the suite has to be serialized.
    TaskIoSpec.body = body
    session.sparkContext.parallelize(Seq(0), 1).foreach(_ => TaskIoSpec.body(TaskContext.get()))
  }

  private def inSession(settings: (String, String)*)(body: SparkSession => Unit): Unit = {
    val builder = SparkSession.builder().master("local[2]").config("spark.ui.enabled", "false")
    val all = Seq("spark.unsafe.exceptionOnMemoryLeak" -> "true") ++ settings
    val session = all.foldLeft(builder) { case (b, (key, value)) => b.config(key, value) }.getOrCreate()
    try body(session)
    finally session.stop()
  }

  private def bytes(io: TaskIo, request: Long): Seq[Byte] = {
    val buffer = io.await(request)
    assert(buffer.isDirect)
    val copy = new Array[Byte](buffer.remaining())
    buffer.get(copy)
    copy.toSeq
  }

  private def error(body: => Any): ParityException = intercept[ParityException](body)

  test("only plain local files are read by the native side") {
    onDriver { io =>
      assert(io.localPath(s"file://$file") == file.toString)
      assert(io.localPath(file.toString) == file.toString)
      assert(io.localPath(far) == null)
    }
  }

  test("a local file system that other jars bring is a local one") {
    val other = conf
    other.set("fs.file.impl", classOf[OtherLocalFileSystem].getName)
    other.setBoolean("fs.file.impl.disable.cache", true)
    val io = new TaskIo(other, null)
    try assert(io.localPath(s"file://$file") == file.toString)
    finally io.close()
  }

  test("files and folders are listed with their lengths and times, and nothing is null") {
    onDriver { io =>
      val Array(paths: Array[String], numbers: Array[Long], etags: Array[String]) = io.look(far)
      assert(paths.head.startsWith("far:/") && paths.head.endsWith(file.toString))
      assert(numbers.toSeq == Seq(content.length.toLong, modified))
      // Only S3A holds its reads to what it listed.
      assert(etags.toSeq == Seq(null))
      assert(io.look(far + ".not") == null)
      val Array(_, folder: Array[Long], _) = io.look(s"far://${file.getParent}")
      assert(folder.head == -1)
      val Array(below: Array[String], _, _) = io.list(s"far://${file.getParent}")
      assert(below.exists(_.endsWith(file.toString)))
    }
  }

  test("reads that run at the same time each give their bytes, and buffers are used again") {
    onDriver { io =>
      val id = io.open(far, content.length.toLong, modified, null)
      (1 to 3).foreach { _ =>
        val requests = (0 until 20).map(i => io.submit(id, i * 100000L, 100000 + i))
        requests.zipWithIndex.foreach { case (request, i) =>
          assert(bytes(io, request) == content.slice(i * 100000, i * 100000 + 100000 + i).toSeq)
        }
        requests.foreach(io.free)
      }
      assert(FarFileSystem.opened.get() <= 60)
    }
  }

  test("a read beyond the end fails, and names the file") {
    onDriver { io =>
      val id = io.open(far, content.length.toLong, modified, null)
      val request = io.submit(id, content.length - 10L, 20)
      val failure = error(io.await(request))
      assert(failure.code == "PATH_UNREADABLE" && failure.getMessage.contains(file.toString))
      io.free(request)
    }
  }

  test("a file that is another one, or gone, is a changed source") {
    onDriver { io =>
      assert(error(io.open(far, content.length - 1L, modified, null)).code == "SOURCE_CHANGED")
      assert(error(io.open(far, content.length.toLong, modified - 1, null)).code == "SOURCE_CHANGED")
      val id = io.open(far, content.length.toLong, modified, null)
      io.check(id)
      // Shorter than it was when it was opened: the read fails, and that is why.
      Files.write(file, content.take(100))
      val request = io.submit(id, content.length - 10L, 10)
      assert(error(io.await(request)).code == "SOURCE_CHANGED")
      Files.delete(file)
      assert(error(io.check(id)).code == "SOURCE_CHANGED")
    }
  }

  test("what a file system says becomes one sentence with a code and a hint") {
    def said(failure: IOException): ParityException = {
      FarFileSystem.refusal = Some(failure)
      onDriver(io => error(io.look("far://bucket/a")))
    }
    def wrapped(text: String): IOException = new IOException("getFileStatus on a", new RuntimeException(text))
    Seq(
      new AccessDeniedException("a", null, "AccessDenied"),
      wrapped("The AWS Access Key Id does not exist (Status Code: 403; Error Code: InvalidAccessKeyId)"),
      wrapped("SignatureDoesNotMatch")
    ).foreach { failure =>
      val told = said(failure)
      assert(told.code == "PATH_UNREADABLE" && told.getMessage.endsWith("access denied"), told.toString)
      assert(told.hint.contains("credentials") && told.getCause == failure)
    }
    val missing = new FileNotFoundException("a: com.amazonaws.NoSuchBucket: The specified bucket does not exist")
    assert(said(missing).code == "PATH_NOT_FOUND")
    assert(said(missing).getMessage == "the bucket bucket does not exist")
    assert(said(new UnknownHostException("nowhere.example")).getMessage.contains("nowhere.example is unknown"))
    assert(said(new IOException(new ConnectException("Connection refused"))).getMessage.contains("refused"))
    assert(said(new IOException("first line\nat org.Some.trace(1)")).getMessage.endsWith("first line"))
    val scheme = onDriver(io => error(io.look("nosuch://bucket/a")))
    assert(scheme.code == "PATH_UNREADABLE" && scheme.hint.contains("jar"))
  }

  test("what is thrown while a native step calls comes out as it went in") {
    val refusal = new AccessDeniedException("a", null, "AccessDenied")
    FarFileSystem.refusal = Some(refusal)
    val args = s"""{"side": 0, "run": {
        "id": "x", "left": ["$far"], "right": ["$far"], "keys": null, "columns": null, "exclude": [], "rename": [],
        "duplicates": "pair", "samples": 20, "case_sensitive": false, "zone": "UTC", "seed": "1", "split_bytes": null,
        "partition_rows": null, "output": null, "overwrite": false, "partition_types": [[], []]
      }}""".getBytes
    val failure = error {
      val step = NativeStep.open("list", Array.emptyByteArray, args, new TaskIo(conf, null))
      try step.next()
      finally step.close()
    }
    assert(failure.getCause eq refusal, failure.toString)
  }

  test("native memory and buffers are accounted for in steps of 8 MiB and given back") {
    for (mode <- Seq(Nil, Seq("spark.memory.offHeap.enabled" -> "true", "spark.memory.offHeap.size" -> "1g")))
      inTask(
        { context =>
          val memory = new NativeMemory(context, () => ())
          assert(memory.nativeBytes(1) == 1 && memory.grantedBytes == 8 * MiB)
          assert(memory.nativeBytes(20L * MiB) == 20 * MiB && memory.grantedBytes == 24 * MiB)
          val buffer = memory.take(3 * MiB)
          assert(buffer.capacity() == 4 * MiB && memory.grantedBytes == 24 * MiB)
          memory.take(MiB)
          assert(memory.grantedBytes == 32 * MiB)
          memory.give(buffer)
          assert(memory.take(4 * MiB) eq buffer)
          memory.nativeBytes(0)
          assert(memory.grantedBytes == 8 * MiB)
          memory.close()
          assert(memory.grantedBytes == 0)
        },
        mode: _*
      )
  }

  test("more than there is is not granted, and nothing fails") {
    inTask(
      { context =>
        val memory = new NativeMemory(context, () => ())
        assert(memory.nativeBytes(1L << 30) <= (64 << 20))
        memory.close()
      },
      "spark.memory.offHeap.enabled" -> "true",
      "spark.memory.offHeap.size" -> "64m"
    )
  }

  test("when Spark wants memory back, what was read ahead goes, and is read again when it is awaited") {
    inTask(
      { context =>
        val io = new TaskIo(conf, context)
        val id = io.open(far, content.length.toLong, modified, null)
        val requests = Seq(io.submit(id, 0, MiB), io.submit(id, MiB.toLong, MiB))
        io.await(requests.head)
        Thread.sleep(500)
        val other = new NativeMemory(context, () => ())
        // The other consumer asks for all there is, and gets what ours gave back.
        other.nativeBytes(16L << 20)
        assert(other.grantedBytes == (8 << 20) || other.grantedBytes == (16 << 20))
        assert(bytes(io, requests(1)) == content.slice(MiB, 2 * MiB).toSeq)
        other.close()
        io.close()
      },
      "spark.memory.offHeap.enabled" -> "true",
      "spark.memory.offHeap.size" -> "16m"
    )
  }

  for (interrupt <- Seq(true, false))
    test(s"a task that is killed while it waits ends soon and frees its memory (interrupt: $interrupt)") {
      FarFileSystem.gate = new CountDownLatch(1)
      @volatile var seen: ParityException = null
      inSession() { session =>
        val job = Future {
          session.sparkContext.setJobGroup("read", "read", interrupt)
          run(
            session,
            { context =>
              val io = new TaskIo(conf, context)
              try io.await(io.submit(io.open(far, content.length.toLong, modified, null), 0, MiB))
              catch { case e: ParityException => seen = e }
              finally io.close()
            }
          )
        }
        assert(FarFileSystem.arrived.await(20, TimeUnit.SECONDS))
        session.sparkContext.cancelJobGroup("read")
        intercept[SparkException](Await.result(job, 20.seconds))
        val deadline = 10.seconds.fromNow
        while (seen == null && deadline.hasTimeLeft()) Thread.sleep(20)
        assert(seen.code == "CANCELLED")
        // The read ends after its task did, and its buffer with it.
        FarFileSystem.gate.countDown()
      }
    }
}

/** As `org.apache.hadoop.hive.ql.io.ProxyLocalFileSystem` is. */
class OtherLocalFileSystem extends LocalFileSystem

object TaskIoSpec {
  @volatile var body: TaskContext => Unit = _
}
