package org.sparkparity;

/**
 * What a step did, as the numbers that {@link Native#close} gives, in its order.
 *
 * <p>They cross in one array: a call per number was 9 % of task time elsewhere.
 */
public final class StepMetrics {
  private static final int ROWS = 0;
  private static final int BYTES_READ = 1;
  private static final int READS = 2;
  private static final int READ_WAIT_NS = 3;
  private static final int NATIVE_NS = 4;
  private static final int PEAK_NATIVE_BYTES = 5;
  private static final int CURRENT_NATIVE_BYTES = 6;
  private static final int COUNT = 7;

  private final long[] values;

  StepMetrics(long[] values) {
    if (values.length != COUNT) {
      throw new ParityException(ErrorCode.INTERNAL, values.length + " metrics instead of " + COUNT, null);
    }
    this.values = values.clone();
  }

  /** Rows that the step handled. */
  public long rows() {
    return values[ROWS];
  }

  /** Bytes that it read from files. */
  public long bytesRead() {
    return values[BYTES_READ];
  }

  /** Reads that it asked of file systems. */
  public long reads() {
    return values[READS];
  }

  /** Time that it waited for them. */
  public long readWaitNs() {
    return values[READ_WAIT_NS];
  }

  /** Time that it spent in native code, waiting included. */
  public long nativeNs() {
    return values[NATIVE_NS];
  }

  /** Most memory that it held. */
  public long peakNativeBytes() {
    return values[PEAK_NATIVE_BYTES];
  }

  /** Memory that it held when it was closed. */
  public long currentNativeBytes() {
    return values[CURRENT_NATIVE_BYTES];
  }
}
