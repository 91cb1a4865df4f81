package org.sparkparity.faults;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Map;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * Makes every task wait before it begins: while the file {@code spark.parity.faults.hold} is there, and at most as long as
 * {@code spark.parity.faults.wait.ms} says.
 */
public final class SlowTasks implements SparkPlugin {
  @Override
  public DriverPlugin driverPlugin() {
    return null;
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new ExecutorPlugin() {
      private Path hold;
      private long waitMs;

      @Override
      public void init(PluginContext context, Map<String, String> extraConf) {
        hold = Paths.get(context.conf().get("spark.parity.faults.hold"));
        waitMs = context.conf().getLong("spark.parity.faults.wait.ms", 0);
      }

      @Override
      public void onTaskStart() {
        long end = System.nanoTime() + waitMs * 1_000_000;
        try {
          while (Files.exists(hold) && System.nanoTime() < end) {
            Thread.sleep(20);
          }
        } catch (InterruptedException killed) {
          Thread.currentThread().interrupt();
        }
      }
    };
  }
}
