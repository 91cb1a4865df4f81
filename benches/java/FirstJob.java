package org.sparkparity.benches;

import java.util.stream.Collectors;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import scala.collection.JavaConverters;

/** Notes the job that comes after planning: when it began, and how many tasks each of its stages has. */
public final class FirstJob extends SparkListener {
  private static volatile String tasks;

  /** The numbers of tasks, separated by spaces, stage after stage; null as long as the job has not begun. */
  public static String tasks() {
    return tasks;
  }

  @Override
  public void onJobStart(SparkListenerJobStart job) {
    String description = job.properties().getProperty("spark.job.description", "");
    if (description.equals("parity: match") && tasks == null) {
      tasks =
          JavaConverters.seqAsJavaList(job.stageInfos()).stream()
              .map(stage -> String.valueOf(stage.numTasks()))
              .collect(Collectors.joining(" "));
    }
  }
}
