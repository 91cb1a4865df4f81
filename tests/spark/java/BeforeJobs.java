package org.sparkparity.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * Runs a shell script before the first task of a job: between two steps of a comparison, whatever the time.
 *
 * <p>The folder {@code spark.parity.faults.before} holds a file for each job that has one, called as the job's
 * description with {@code _} for what is not a letter. It is run once, by the first executor that begins a task of
 * the job, as a child of it; its other tasks wait. What it says lies in a file beside it.
 */
public final class BeforeJobs implements SparkPlugin {
  @Override
  public DriverPlugin driverPlugin() {
    return null;
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new ExecutorPlugin() {
      private Path folder;

      @Override
      public void init(PluginContext context, Map<String, String> extraConf) {
        folder = Paths.get(context.conf().get("spark.parity.faults.before"));
      }

      @Override
      public synchronized void onTaskStart() {
        String job = TaskContext.get().getLocalProperty("spark.job.description");
        if (job == null) {
          return;
        }
        String name = job.replaceAll("[^A-Za-z]+", "_");
        Path claimed = folder.resolve(name + ".run");
        try {
          if (!Files.exists(folder.resolve(name))) {
            return;
          }
          Files.move(folder.resolve(name), claimed, StandardCopyOption.ATOMIC_MOVE);
          ProcessBuilder script = new ProcessBuilder("/bin/sh", "-e", claimed.toString());
          script.redirectErrorStream(true).redirectOutput(folder.resolve(name + ".said").toFile());
          int status = script.start().waitFor();
          Files.write(folder.resolve(name + ".status"), Integer.toString(status).getBytes());
        } catch (IOException taken) {
          // By another executor.
        } catch (InterruptedException killed) {
          Thread.currentThread().interrupt();
        }
      }
    };
  }
}
