package org.sparkparity;

import org.apache.spark.sql.vectorized.ColumnarBatch;

/** Skeleton. */
final class ArrowColumns implements AutoCloseable {
  long arrayAddress() { return 0; }
  long schemaAddress() { return 0; }
  ColumnarBatch read() { return null; }
  void release() {}
  @Override
  public void close() {}
}
