package org.sparkparity;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileRange;
import org.apache.hadoop.fs.FileSystem;

/**
 * Vectored reads, where they are asynchronous: S3A of Hadoop 3.3.5 and later. Everywhere else they read in the caller's
 * thread, one after the other.
 *
 * <p>The methods that touch Hadoop's new classes are in a class of their own, which a JVM with an older Hadoop never
 * links.
 */
final class VectoredReads {
  private static final String S3A = "org.apache.hadoop.fs.s3a.S3AFileSystem";

  private VectoredReads() {}

  /** Whether streams of this file system read ranges asynchronously. */
  static boolean areAsynchronous(FileSystem fs) {
    return Present.VALUE && isS3a(fs.getClass());
  }

  private static boolean isS3a(Class<?> type) {
    return type != null && (type.getName().equals(S3A) || isS3a(type.getSuperclass()));
  }

  /** Starts a read that fills the buffer. */
  static CompletableFuture<Void> read(FSDataInputStream stream, long offset, ByteBuffer into) {
    return Calls.read(stream, offset, into);
  }

  private static final class Present {
    static final boolean VALUE = isPresent();

    private static boolean isPresent() {
      try {
        Class.forName("org.apache.hadoop.fs.FileRange", false, FSDataInputStream.class.getClassLoader());
        return true;
      } catch (ClassNotFoundException old) {
        return false;
      }
    }
  }

  private static final class Calls {
    static CompletableFuture<Void> read(FSDataInputStream stream, long offset, ByteBuffer into) {
      int length = into.remaining();
      FileRange range = FileRange.createFileRange(offset, length);
      try {
        stream.readVectored(Collections.singletonList(range), size -> into.slice());
      } catch (IOException | RuntimeException failure) {
        CompletableFuture<Void> failed = new CompletableFuture<>();
        failed.completeExceptionally(failure);
        return failed;
      }
      return range.getData().thenAccept(filled -> {
        if (filled.remaining() != length) {
          throw new java.util.concurrent.CompletionException(
              new EOFException("a read of " + length + " bytes gave " + filled.remaining()));
        }
      });
    }
  }
}
