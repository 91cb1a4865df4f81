package org.sparkparity;

import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/**
 * An open step and the bytes that it reads. Closing it closes both and frees all native memory of the step.
 *
 * <p>It registers nothing: whoever opens one registers its closing with the task first, so that no handle can be lost
 * in between. Closing twice is harmless.
 */
public final class NativeStep implements AutoCloseable {
  private final TaskIo io;
  private final ArrowColumns columns = new ArrowColumns();
  private final long handle;
  private StepMetrics metrics;

  private NativeStep(long handle, TaskIo io) {
    this.handle = handle;
    this.io = io;
  }

  /** Opens a step by its name. It owns {@code io} from now on, also when opening fails. */
  public static NativeStep open(String step, byte[] plan, byte[] args, TaskIo io) {
    try {
      NativeLibrary.ensureLoaded();
      return new NativeStep(Native.open(step, plan, args, io), io);
    } catch (Throwable failure) {
      io.close();
      throw failure;
    }
  }

  /** Takes a block, whole, with its header. */
  public void feed(byte[] block) {
    Native.feed(handle, block);
  }

  /** The next blocks, or null at the end. The first call ends the input. */
  public byte[][] next() {
    return Native.next(handle);
  }

  /** The next rows, or null when there are none. They live until the next call or until the step is closed. */
  public ColumnarBatch nextBatch(StructType type) {
    columns.release();
    return Native.nextBatch(handle, columns.arrayAddress(), columns.schemaAddress()) ? columns.read(type) : null;
  }

  /** Ends the step; what it did is in {@link #metrics} from now on. */
  @Override
  public void close() {
    if (metrics != null) {
      return;
    }
    try {
      columns.close();
    } finally {
      try {
        metrics = new StepMetrics(Native.close(handle));
      } finally {
        io.close();
      }
    }
  }

  /** What the step did; null before it is closed. */
  public StepMetrics metrics() {
    return metrics;
  }
}
