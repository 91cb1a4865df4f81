package org.sparkparity

import java.lang.reflect.InvocationTargetException
import java.net.URLClassLoader
import java.nio.file.{Files, Path}
import java.util.Properties

import org.scalatest.funsuite.AnyFunSuite

class NativeLibrarySpec extends AnyFunSuite {
  private val noStep = Array.emptyByteArray

  private def unavailable(body: => Unit): ParityException = {
    val error = intercept[ParityException](body)
    assert(error.code == "NATIVE_UNAVAILABLE")
    error
  }

  /** Loads the library in a class loader of its own. Several copies in one would share its methods out among them, and
    * a step that was opened in one is not known to another.
    */
  private def load(folder: String): Unit = {
    val jar = classOf[NativeLibrary].getProtectionDomain.getCodeSource.getLocation
    val own = new URLClassLoader(Array(jar), getClass.getClassLoader) {
      override def loadClass(name: String, resolve: Boolean): Class[_] =
        if (!name.startsWith("org.sparkparity.Native")) super.loadClass(name, resolve)
        else Option(findLoadedClass(name)).getOrElse(findClass(name))
    }
    val text = classOf[String]
    val load = own.loadClass(classOf[NativeLibrary].getName).getDeclaredMethod("load", text, text, text)
    load.setAccessible(true)
    try load.invoke(null, "Linux", System.getProperty("os.arch"), folder)
    catch { case e: InvocationTargetException => throw e.getCause }
  }

  private def inFolder(body: Path => Unit): Unit = {
    val folder = Files.createTempDirectory("parity")
    try body(folder)
    finally org.apache.commons.io.FileUtils.deleteDirectory(folder.toFile)
  }

  test("the library of the jar loads, is the jar's version and leaves no file behind") {
    inFolder { folder =>
      load(folder.toString)
      assert(folder.toFile.list().isEmpty)
    }
    NativeLibrary.ensureLoaded()
    assert(Native.version().matches("\\d+\\.\\d+\\.\\d+ abi \\d+"))
  }

  test("a task that was killed before it extracts does no harm") {
    inFolder { folder =>
      Thread.currentThread().interrupt()
      try load(folder.toString)
      finally assert(Thread.interrupted())
    }
  }

  test("a jar and a library of different versions are told apart") {
    val stated = new Properties()
    stated.setProperty("version", "0.1.0")
    stated.setProperty("abi", "1")
    NativeLibrary.handshake(stated, "0.1.0 abi 1")
    val error = unavailable(NativeLibrary.handshake(stated, "0.1.0 abi 2"))
    assert(error.getMessage.contains("0.1.0 abi 1") && error.getMessage.contains("0.1.0 abi 2"))
  }

  test("a platform without a library is named") {
    assert(unavailable(NativeLibrary.load("Linux", "riscv64", "/tmp")).getMessage.contains("linux/riscv64"))
    val elsewhere = unavailable(NativeLibrary.load("Mac OS X", "aarch64", "/tmp"))
    assert(elsewhere.getMessage.contains("mac-os-x/aarch64"))
    assert(elsewhere.hint.contains("Linux on x86_64") && elsewhere.hint.contains("Spark Connect"))
  }

  test("a folder that cannot be written is named, with the setting that names another one") {
    val error = unavailable(NativeLibrary.load("Linux", System.getProperty("os.arch"), "/proc/self/nowhere"))
    assert(error.getMessage.contains("/proc/self/nowhere"))
    assert(error.hint.contains("spark.parity.native.dir") && error.hint.contains("java.io.tmpdir"))
  }

  test("what the system's loader says becomes a reason") {
    def reason(text: String): ParityException =
      NativeLibrary.refused(new UnsatisfiedLinkError(s"/x/libspark_parity.so: $text"), "/x")
    assert(reason("failed to map segment from shared object").getMessage.contains("/x, which is mounted noexec"))
    assert(reason("/lib/libc.so.6: version `GLIBC_2.34' not found").getMessage.contains("C library is too old"))
    assert(reason("ld-linux-x86-64.so.2: cannot open shared object file").getMessage.contains("needs glibc"))
    assert(reason("wrong ELF class: ELFCLASS32").getMessage.contains("another processor"))
  }

  test("a step that does not exist, and a handle that is stale, are errors") {
    val conf = new org.apache.hadoop.conf.Configuration()
    val noArgs = "{}".getBytes("UTF-8")
    val unknown = intercept[ParityException](NativeStep.open("no-such-step", noStep, noArgs, new TaskIo(conf, null)))
    assert(unknown.code == "INTERNAL" && unknown.getMessage.contains("no-such-step"))
    val stale = intercept[ParityException](Native.feed(123456789L, noStep))
    assert(stale.code == "INTERNAL" && stale.getMessage.contains("123456789"))
    assert(Native.close(123456789L).length == 7)
  }
}
