package org.sparkparity;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Properties;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.apache.spark.SparkEnv;

/**
 * Loads the native library from the jar.
 *
 * <p>Never in a static initialiser: a task that is killed while the library is being extracted would poison the class
 * for the life of the JVM. Here the next call tries again. Each JVM and each class loader extracts a copy of its own,
 * whose file is removed as soon as it is loaded.
 */
public final class NativeLibrary {
  /** Where to extract to, as Spark setting or system property; the default is {@code java.io.tmpdir}. */
  static final String FOLDER_SETTING = "spark.parity.native.dir";

  private static final String STATED = "/native/spark-parity.properties";
  private static volatile boolean loaded;

  private NativeLibrary() {}

  /** Makes sure that {@link Native} can be called; throws {@code NATIVE_UNAVAILABLE} with the reason when it cannot. */
  public static void ensureLoaded() {
    if (!loaded) {
      load();
    }
  }

  /** The version of the jar; a Python package of another one is refused. */
  public static String jarVersion() {
    return stated().getProperty("version");
  }

  private static synchronized void load() {
    if (loaded) {
      return;
    }
    Properties stated = load(System.getProperty("os.name"), System.getProperty("os.arch"), folder());
    handshake(stated, version());
    loaded = true;
  }

  private static String folder() {
    SparkEnv env = SparkEnv.get();
    String fallback = System.getProperty(FOLDER_SETTING, System.getProperty("java.io.tmpdir"));
    return env == null ? fallback : env.conf().get(FOLDER_SETTING, fallback);
  }

  /** What the build wrote into the jar about it. */
  static Properties stated() {
    Properties stated = new Properties();
    try (InputStream in = NativeLibrary.class.getResourceAsStream(STATED)) {
      if (in == null) {
        throw unavailable("the jar holds no native library", "use a jar that was released or built as a whole", null);
      }
      stated.load(in);
      return stated;
    } catch (IOException failure) {
      throw unavailable("the jar cannot be read: " + failure.getMessage(), "use an undamaged jar", failure);
    }
  }

  /** Extracts the library for a platform to a folder and loads it; gives what the build wrote into the jar. */
  static Properties load(String os, String arch, String folder) {
    String platform = platform(os) + "/" + architecture(arch);
    Properties stated = stated();
    try (InputStream in = NativeLibrary.class.getResourceAsStream("/native/" + platform + "/libspark_parity.so")) {
      if (in == null) {
        throw unavailable(
            "there is no native library for " + platform,
            "this jar is for Linux on " + stated.getProperty("processors") + "; from here, use a server with Spark Connect",
            null);
      }
      Path file = Files.createTempFile(Paths.get(folder), "libspark_parity-", ".so");
      try {
        CheckedInputStream checked = new CheckedInputStream(in, new CRC32());
        Files.copy(checked, file, StandardCopyOption.REPLACE_EXISTING);
        // A library without its end may take the whole JVM with it.
        if (!Long.toHexString(checked.getChecksum().getValue()).equals(stated.getProperty("crc32." + architecture(arch)))) {
          throw unavailable("the native library in the jar is damaged", "use an undamaged jar", null);
        }
        System.load(file.toAbsolutePath().toString());
      } finally {
        Files.deleteIfExists(file);
      }
      return stated;
    } catch (IOException failure) {
      throw unavailable(
          "the native library cannot be extracted to " + folder + ": " + failure,
          "name a folder that can be written with " + FOLDER_SETTING + " or -Djava.io.tmpdir",
          failure);
    } catch (UnsatisfiedLinkError failure) {
      throw refused(failure, folder);
    }
  }

  private static String platform(String os) {
    return os.toLowerCase(Locale.ROOT).replace(' ', '-');
  }

  private static String architecture(String arch) {
    return arch.equals("x86_64") ? "amd64" : arch;
  }

  /** Why the system's loader did not take the library. */
  static ParityException refused(UnsatisfiedLinkError failure, String folder) {
    String text = String.valueOf(failure.getMessage());
    if (text.contains("failed to map segment") || text.contains("Operation not permitted")) {
      return unavailable(
          "the native library may not be executed from " + folder + ", which is mounted noexec",
          "name another folder with " + FOLDER_SETTING + " or -Djava.io.tmpdir",
          failure);
    }
    if (text.contains("GLIBC_") && text.contains("not found")) {
      return unavailable(
          "the system's C library is too old for the native library: " + text, "use a newer system image", failure);
    }
    if (text.contains("ld-linux") || text.contains("libc.so.6") || text.contains("Error relocating")) {
      return unavailable(
          "the native library needs glibc, which this system does not have: " + text, "use an image with glibc", failure);
    }
    if (text.contains("ELF class") || text.contains("ELF header") || text.contains("Possible cause")) {
      return unavailable(
          "the native library is for another processor: " + text, "use a jar that was released or built as a whole", failure);
    }
    return unavailable("the native library cannot be loaded: " + text, "check the system's libraries", failure);
  }

  private static String version() {
    try {
      return Native.version();
    } catch (UnsatisfiedLinkError other) {
      return "unknown";
    }
  }

  /** Checks that jar and library were built together. */
  static void handshake(Properties stated, String version) {
    String expected = stated.getProperty("version") + " abi " + stated.getProperty("abi");
    if (!expected.equals(version)) {
      throw unavailable(
          "the jar is version " + expected + " and its native library is version " + version,
          "build the jar again, or use a released one",
          null);
    }
  }

  private static ParityException unavailable(String message, String hint, Throwable cause) {
    return new ParityException(ErrorCode.NATIVE_UNAVAILABLE, message, hint, cause);
  }
}
