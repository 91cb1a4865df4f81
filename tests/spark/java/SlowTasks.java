package org.sparkparity.faults;

import java.util.Map;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/** Makes every task wait for ten seconds before it begins, unless it is killed first. */
public final class SlowTasks implements SparkPlugin {
  @Override
  public DriverPlugin driverPlugin() {
    return null;
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new ExecutorPlugin() {
      @Override
      public void init(PluginContext context, Map<String, String> extraConf) {}

      @Override
      public void onTaskStart() {
        try {
          Thread.sleep(10_000);
        } catch (InterruptedException killed) {
          Thread.currentThread().interrupt();
        }
      }
    };
  }
}
