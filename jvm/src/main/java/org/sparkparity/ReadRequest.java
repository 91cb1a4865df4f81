package org.sparkparity;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One read and its buffer.
 *
 * <p>The buffer is given back after both its read has ended and nobody looks at it. A read that Spark's memory manager
 * made us drop before anybody looked is started again by whoever awaits it. Used by the task's thread, except that
 * {@link #drop} may come from another thread of the task.
 */
final class ReadRequest {
  private final RemoteFile file;
  private final long offset;
  private final int length;
  private final NativeMemory memory;
  /** Null when there is no buffer: before the start, and after a drop. */
  private ByteBuffer buffer;
  private CompletableFuture<Void> end;
  private boolean lent;
  private volatile boolean wanted = true;

  ReadRequest(RemoteFile file, long offset, int length, NativeMemory memory) {
    this.file = file;
    this.offset = offset;
    this.length = length;
    this.memory = memory;
  }

  /** The file that is read. */
  RemoteFile file() {
    return file;
  }

  /** Starts the read. */
  void start() {
    // Before the lock: taking memory may make Spark ask for what was read ahead.
    ByteBuffer taken = memory.take(length);
    synchronized (this) {
      buffer = taken;
      end = file.read(offset, room(), () -> wanted);
    }
  }

  private ByteBuffer room() {
    ByteBuffer room = buffer.duplicate();
    room.position(0).limit(length);
    return room;
  }

  /** Waits for the end of the read; the result holds its bytes and nothing else. */
  ByteBuffer await(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
    CompletableFuture<Void> awaited;
    synchronized (this) {
      lent = true;
      awaited = buffer == null ? null : end;
    }
    if (awaited == null) {
      start();
      awaited = end;
    }
    awaited.get(timeout, unit);
    return room().slice();
  }

  /** Nobody looks at the buffer any more. */
  synchronized void free() {
    if (buffer != null) {
      ByteBuffer given = buffer;
      buffer = null;
      // A read that has not begun need not; but the future must not end before the read does.
      wanted = false;
      end.whenComplete((done, failure) -> memory.give(given));
    }
  }

  /** The task ends. A buffer that the native side may look at is left alone; its reference keeps it alive. */
  synchronized void abandon() {
    if (lent && end.isDone() && !end.isCompletedExceptionally()) {
      memory.forget(buffer);
      buffer = null;
    } else {
      free();
    }
  }

  /** Gives the buffer back when its read has ended and nobody has asked for it. */
  synchronized void drop() {
    if (!lent && buffer != null && end.isDone()) {
      free();
      wanted = true;
    }
  }
}
