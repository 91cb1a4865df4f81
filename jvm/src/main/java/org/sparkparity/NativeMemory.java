package org.sparkparity;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.memory.MemoryConsumer;
import org.apache.spark.memory.TaskMemoryManager;
import org.apache.spark.storage.StorageUtils;
import org.apache.spark.unsafe.Platform;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a step holds outside of the heap, told to Spark in steps of 8 MiB: its native allocations and its read buffers.
 *
 * <p>Spark's off-heap pool is asked where it is enabled. Elsewhere the memory is put down to the heap's pool: it is not
 * taken from there, but other consumers of the task then get less, and whoever sizes the executor sees it. What a step
 * needs is bounded, so one that is refused goes on, reads less ahead, and says so in the log; failing would turn
 * pressure into an error.
 *
 * <p>No lock is held while Spark is asked: it may ask us to free something, from another thread.
 */
final class NativeMemory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NativeMemory.class);
  private static final long STEP_BYTES = 8L << 20;
  private static final int SMALLEST_BUFFER_BYTES = 64 << 10;

  /** Null on the driver, where Spark manages nothing. */
  private final Consumer consumer;
  private final Runnable drop;
  /** Buffers without a read, by their size. */
  private final Map<Integer, Deque<ByteBuffer>> pooled = new HashMap<>();
  private long nativeBytes;
  private long bufferBytes;
  private long grantedBytes;
  private boolean refused;
  private boolean closed;

  /** For a task, or for the driver where the context is null; {@code drop} gives buffers back that were read ahead. */
  NativeMemory(TaskContext contextOrNull, Runnable drop) {
    this.consumer = contextOrNull == null ? null : new Consumer(contextOrNull.taskMemoryManager());
    this.drop = drop;
  }

  /** What the native side holds now; gives what Spark granted of it. */
  long nativeBytes(long usedBytes) {
    synchronized (this) {
      nativeBytes = usedBytes;
    }
    settle();
    synchronized (this) {
      return consumer == null ? usedBytes : Math.max(0, Math.min(usedBytes, grantedBytes - bufferBytes));
    }
  }

  /** A direct buffer with room for this many bytes at least. */
  ByteBuffer take(int length) {
    int size = Math.max(SMALLEST_BUFFER_BYTES, length);
    // A power of two, so that buffers fit the next read; beyond 1 GiB there is none in an int.
    size = size > 1 << 30 ? size : Integer.highestOneBit(size - 1) << 1;
    synchronized (this) {
      Deque<ByteBuffer> fitting = pooled.get(size);
      if (fitting != null && !fitting.isEmpty()) {
        return fitting.pop();
      }
      bufferBytes += size;
    }
    settle();
    // Not ByteBuffer.allocateDirect, whose limit is the size of the heap.
    return Platform.allocateDirectBuffer(size);
  }

  /** Takes a buffer back; any thread may call this. */
  synchronized void give(ByteBuffer buffer) {
    if (closed) {
      StorageUtils.dispose(buffer);
    } else {
      pooled.computeIfAbsent(buffer.capacity(), size -> new ArrayDeque<>()).push(buffer);
    }
  }

  /** Counts a buffer no more that somebody still looks at; the garbage collector frees it. */
  synchronized void forget(ByteBuffer buffer) {
    bufferBytes -= buffer.capacity();
  }

  /** Frees all buffers that have no read, and accounts for nothing any more. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      nativeBytes = 0;
      disposeOfPooled();
      // What is still being read is freed when that ends.
      bufferBytes = 0;
    }
    settle();
  }

  /** What Spark granted, for tests. */
  synchronized long grantedBytes() {
    return grantedBytes;
  }

  /** Asks Spark for what is missing, or gives back what is too much. */
  private void settle() {
    if (consumer == null) {
      return;
    }
    long missing;
    synchronized (this) {
      missing = neededBytes() - grantedBytes;
    }
    if (missing > 0) {
      long got = consumer.acquireMemory(missing);
      synchronized (this) {
        grantedBytes += got;
        if (got < missing && !refused) {
          refused = true;
          LOG.warn("Spark granted {} of {} bytes of native memory; going on with less read ahead", got, missing);
        }
      }
    } else if (missing < 0) {
      synchronized (this) {
        grantedBytes += missing;
      }
      consumer.freeMemory(-missing);
    }
  }

  private long neededBytes() {
    long held = Math.max(0, nativeBytes) + bufferBytes;
    return (held + STEP_BYTES - 1) / STEP_BYTES * STEP_BYTES;
  }

  private void disposeOfPooled() {
    for (Deque<ByteBuffer> same : pooled.values()) {
      for (ByteBuffer buffer : same) {
        bufferBytes -= buffer.capacity();
        StorageUtils.dispose(buffer);
      }
    }
    pooled.clear();
  }

  /** What Spark knows of us. */
  private final class Consumer extends MemoryConsumer {
    Consumer(TaskMemoryManager manager) {
      super(manager, manager.pageSizeBytes(), manager.getTungstenMemoryMode());
    }

    /** Frees buffers that nothing reads into, and those that were read ahead. */
    @Override
    public long spill(long size, MemoryConsumer trigger) {
      drop.run();
      long freed;
      synchronized (NativeMemory.this) {
        disposeOfPooled();
        freed = Math.max(0, grantedBytes - neededBytes());
        grantedBytes -= freed;
      }
      freeMemory(freed);
      return freed;
    }
  }
}
