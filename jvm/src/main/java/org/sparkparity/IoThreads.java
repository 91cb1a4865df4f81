package org.sparkparity;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads that read for all tasks of this JVM, for file systems that do not read asynchronously by themselves.
 *
 * <p>One stream of an object store gives 50 to 90 MB/s and a core decodes several times that, so a core needs a few
 * streams. The threads are daemons, end when there is nothing to read, and never call native code.
 */
final class IoThreads {
  private static final int THREADS = Math.max(8, 4 * Runtime.getRuntime().availableProcessors());
  private static ThreadPoolExecutor pool;

  private IoThreads() {}

  private static synchronized ThreadPoolExecutor pool() {
    if (pool == null) {
      pool =
          new ThreadPoolExecutor(THREADS, THREADS, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), body -> {
            Thread thread = new Thread(body, "spark-parity-io");
            thread.setDaemon(true);
            return thread;
          });
      pool.allowCoreThreadTimeOut(true);
    }
    return pool;
  }

  /** Runs a read; the future ends with it. */
  static CompletableFuture<Void> run(Callable<Void> read) {
    CompletableFuture<Void> result = new CompletableFuture<>();
    // The task's class loader, as Hadoop looks classes up by it.
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    pool().execute(() -> {
      Thread.currentThread().setContextClassLoader(loader);
      try {
        result.complete(read.call());
      } catch (Throwable failure) {
        result.completeExceptionally(failure);
      } finally {
        Thread.currentThread().setContextClassLoader(null);
      }
    });
    return result;
  }
}
