package org.sparkparity;

import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;

/** Skeleton. */
public final class TaskIo implements AutoCloseable {
  public TaskIo(Configuration conf, TaskContext contextOrNull) {}

  @Override
  public void close() {}
}
