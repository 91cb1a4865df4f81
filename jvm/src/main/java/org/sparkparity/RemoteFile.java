package org.sparkparity;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FutureDataInputStreamBuilder;
import org.apache.hadoop.fs.Path;

/**
 * A file of a Hadoop file system, pinned by its length and modification time, or by its ETag, and its streams.
 *
 * <p>Where the file system reads asynchronously by itself, one stream serves all reads. Elsewhere each read has a
 * stream of its own while it runs, because a stream has one position; streams that are free are used again.
 */
final class RemoteFile {
  private static final int COPY_BYTES = 256 << 10;
  private static final ThreadLocal<byte[]> COPY = ThreadLocal.withInitial(() -> new byte[COPY_BYTES]);

  private final FileSystem fs;
  private final Path path;
  private final String given;
  private final long length;
  private final long modifiedMs;
  /** Null unless the store tells one and holds reads to it. */
  private final String etag;
  /** Whether each read fails once the file is another one. */
  private final boolean pinned;
  private final Deque<FSDataInputStream> free = new ArrayDeque<>();
  /** As it was listed, or as of the last look; saves the file system a look when a stream is opened. */
  private FileStatus status;
  private boolean closed;

  RemoteFile(FileSystem fs, Path path, String given, long length, long modifiedMs, String etagOrNull) {
    this.fs = fs;
    this.path = path;
    this.given = given;
    this.length = length;
    this.modifiedMs = modifiedMs;
    this.etag = etagOrNull;
    this.status = S3aStatus.of(fs, path, length, modifiedMs, etagOrNull);
    this.pinned = status != null;
  }

  /** The path as it was given. */
  String given() {
    return given;
  }

  /** Throws {@code SOURCE_CHANGED} when the file is another one than the one that was listed; its reads may know it. */
  void check() {
    if (!pinned) {
      look();
    }
  }

  /** The same by a look at the file, in any case. */
  void look() {
    try {
      FileStatus now = fs.getFileStatus(path);
      String mark = etag != null && S3aStatus.isAsserted(fs) ? S3aStatus.etag(now) : null;
      boolean another = mark != null && !S3aStatus.isSame(etag, mark);
      if (another || now.getLen() != length || !sameTime(now.getModificationTime(), modifiedMs)) {
        throw changed(null);
      }
      synchronized (this) {
        status = now;
      }
    } catch (FileNotFoundException gone) {
      throw changed(gone);
    } catch (IOException failure) {
      throw IoErrors.unreadable(given, failure);
    }
  }

  /**
   * A store may tell an object's time to the millisecond where it lists it, and to the second where it is looked at.
   */
  static boolean sameTime(long oneMs, long otherMs) {
    boolean coarse = oneMs % 1000 == 0 || otherMs % 1000 == 0;
    return coarse ? oneMs / 1000 == otherMs / 1000 : oneMs == otherMs;
  }

  /** What a read that failed says of the file: one that was replaced meanwhile fails in many ways. */
  ParityException failed(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause.getClass().getName().equals("org.apache.hadoop.fs.s3a.RemoteFileChangedException")) {
        return changed(failure);
      }
    }
    try {
      look();
    } catch (ParityException now) {
      if (now.is(ErrorCode.SOURCE_CHANGED)) {
        now.addSuppressed(failure);
        return now;
      }
    }
    return IoErrors.unreadable(given, failure);
  }

  private ParityException changed(Throwable cause) {
    return new ParityException(
        ErrorCode.SOURCE_CHANGED,
        given + " was replaced or modified while the comparison ran",
        "run the comparison again when nothing writes to the path",
        cause);
  }

  /**
   * Fills a buffer, which has exactly the room for the read, from an offset on; does not block. A read that is not
   * wanted any more ends early.
   */
  CompletableFuture<Void> read(long offset, ByteBuffer into, BooleanSupplier wanted) {
    if (VectoredReads.areAsynchronous(fs)) {
      FSDataInputStream stream;
      try {
        stream = take();
      } catch (IOException failure) {
        CompletableFuture<Void> failed = new CompletableFuture<>();
        failed.completeExceptionally(failure);
        return failed;
      }
      // Not taken away from others: a stream of these serves any number of reads at once.
      give(stream);
      return VectoredReads.read(stream, offset, into);
    }
    return IoThreads.run(() -> {
      if (!wanted.getAsBoolean()) {
        return null;
      }
      FSDataInputStream stream = take();
      try {
        fill(stream, offset, into, wanted);
      } catch (IOException | RuntimeException failure) {
        // In an unknown state.
        closeQuietly(stream);
        throw failure;
      }
      give(stream);
      return null;
    });
  }

  private static void fill(FSDataInputStream stream, long offset, ByteBuffer into, BooleanSupplier wanted)
      throws IOException {
    byte[] copy = COPY.get();
    stream.seek(offset);
    while (into.hasRemaining() && wanted.getAsBoolean()) {
      int got = stream.read(copy, 0, Math.min(copy.length, into.remaining()));
      if (got < 0) {
        throw new EOFException("it ends before its length of " + (offset + into.limit()) + " bytes");
      }
      into.put(copy, 0, got);
    }
  }

  private FSDataInputStream take() throws IOException {
    FileStatus known;
    synchronized (this) {
      if (closed) {
        throw new IOException("the file was closed");
      }
      FSDataInputStream stream = free.pollFirst();
      if (stream != null) {
        return stream;
      }
      known = status;
    }
    FutureDataInputStreamBuilder builder =
        fs.openFile(path)
            .opt("fs.option.openfile.read.policy", "vector, random")
            .opt("fs.option.openfile.length", Long.toString(length))
            .opt("fs.s3a.experimental.input.fadvise", "random");
    try {
      return builder.withFileStatus(known).build().get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    } catch (ExecutionException failure) {
      throw new IOException(failure.getCause());
    }
  }

  private void give(FSDataInputStream stream) {
    synchronized (this) {
      if (!closed) {
        free.addFirst(stream);
        return;
      }
    }
    closeQuietly(stream);
  }

  /** Closes the streams; reads that are under way fail or end, and then close theirs. */
  synchronized void close() {
    closed = true;
    free.forEach(RemoteFile::closeQuietly);
    free.clear();
  }

  private static void closeQuietly(FSDataInputStream stream) {
    try {
      stream.close();
    } catch (IOException | RuntimeException lost) {
      // Nothing was written, so nothing is lost with it.
    }
  }
}
