package org.sparkparity;

/**
 * The exports of the native library, one to one with {@code native/jni/src/lib.rs}.
 *
 * <p>A step is a piece of a comparison with blocks of bytes in and blocks of bytes out; what is in them only the native
 * side knows. Handles are numbers in a table there, never addresses: a stale one is an error. Every export throws
 * {@link ParityException}, or what a method of {@link TaskIo} threw while it ran. A step is used by one thread at a
 * time.
 *
 * <p>Callers go through {@link NativeStep}, which loads the library first.
 */
final class Native {
  private Native() {}

  /**
   * Makes the exception of an error; called by the library, which cannot be sure to find the right class by its name.
   */
  static Throwable exception(String code, String message, String hint) {
    return new ParityException(ErrorCode.of(code), message, hint.isEmpty() ? null : hint);
  }

  /** Code and text of what a method of {@link TaskIo} threw; called by the library. */
  static String[] describe(Throwable thrown) {
    return thrown instanceof ParityException
        ? new String[] {((ParityException) thrown).code(), thrown.getMessage()}
        : new String[] {ErrorCode.INTERNAL.name(), thrown.toString()};
  }

  /** The version of the library and of the calls, {@code "0.1.0 abi 1"}. */
  static native String version();

  /** Opens a step by its name. */
  static native long open(String step, byte[] plan, byte[] args, TaskIo io);

  /** Takes a block, whole, with its header. */
  static native void feed(long handle, byte[] block);

  /** The next blocks, or null at the end. The first call ends the input. */
  static native byte[][] next(long handle);

  /** Exports the next rows to the C data structs at these addresses; false when there are none. */
  static native boolean nextBatch(long handle, long arrayAddress, long schemaAddress);

  /** Calls the release callbacks that are not null. */
  static native void releaseBatch(long arrayAddress, long schemaAddress);

  /** Ends a step and gives its metrics, see {@link StepMetrics}. Harmless when it was closed before. */
  static native long[] close(long handle);
}
