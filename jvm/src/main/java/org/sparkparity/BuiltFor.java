package org.sparkparity;

import java.util.Properties;
import org.slf4j.LoggerFactory;

/**
 * Which Spark and Scala this jar was compiled for, and whether they are those that load it.
 *
 * <p>In another Spark, or with another Scala, classes of the jar fail to link wherever they are touched first. So the
 * entry points ask here before they touch any, and this class uses nothing that differs between lines.
 */
public final class BuiltFor {
  private BuiltFor() {}

  /** Throws {@code NATIVE_UNAVAILABLE} in a Spark that the jar is not for. */
  public static void check() {
    check(
        NativeLibrary.stated(),
        org.apache.spark.package$.MODULE$.SPARK_VERSION(),
        scala.util.Properties.versionNumberString());
  }

  static void check(Properties stated, String spark, String scala) {
    String forSpark = stated.getProperty("spark");
    String forScala = stated.getProperty("scala");
    if (!isOf(spark, forSpark) || !isOf(scala, forScala)) {
      throw new ParityException(
          ErrorCode.NATIVE_UNAVAILABLE,
          "this jar of spark-parity is for Spark " + forSpark + " with Scala " + forScala + ", and this is Spark "
              + spark + " with Scala " + scala,
          "use the jar for this Spark; the Python package holds one for each that it supports");
    }
  }

  /**
   * Whether the jar is for this Spark; the log says it where it is not. What Spark loads while it starts asks this way:
   * an exception would take the session from those who need it for something else.
   */
  static boolean isThisSpark() {
    try {
      check();
      return true;
    } catch (ParityException misfit) {
      LoggerFactory.getLogger(BuiltFor.class).error(misfit.toString());
      return false;
    }
  }

  private static boolean isOf(String version, String line) {
    return version.equals(line) || version.startsWith(line + ".");
  }
}
