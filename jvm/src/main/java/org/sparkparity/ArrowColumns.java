package org.sparkparity;

import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.apache.spark.unsafe.Platform;

/**
 * A consumer of Arrow's C data interface: the memory of its two structs, and the rows that a native step exported
 * there.
 *
 * <p>Spark ships an Arrow that differs from version to version and no code for this interface; the structs are two
 * dozen fields, so we read them ourselves. The vectors read straight from the native buffers, and are valid until the
 * rows are released.
 */
final class ArrowColumns implements AutoCloseable {
  static final int ARRAY_BYTES = 80;
  static final int SCHEMA_BYTES = 72;

  /** Both structs, the array first. */
  private long address;

  ArrowColumns() {
    address = Platform.allocateMemory(ARRAY_BYTES + SCHEMA_BYTES);
    // No release callback means that there is nothing to release.
    Platform.setMemory(address, (byte) 0, ARRAY_BYTES + SCHEMA_BYTES);
  }

  /** Where the array goes. */
  long arrayAddress() {
    return address;
  }

  /** Where its schema goes. */
  long schemaAddress() {
    return address + ARRAY_BYTES;
  }

  /** The exported rows, which are an array of structs of this type, as columns. */
  ColumnarBatch read(StructType type) {
    ArrowColumn rows = ArrowColumn.of(type, arrayAddress(), schemaAddress(), 0);
    return new ColumnarBatch(rows.children().toArray(new ColumnVector[0]), rows.length());
  }

  /** Gives the exported rows back, if there are any. */
  void release() {
    Native.releaseBatch(arrayAddress(), schemaAddress());
  }

  @Override
  public void close() {
    if (address != 0) {
      release();
      Platform.freeMemory(address);
      address = 0;
    }
  }
}
