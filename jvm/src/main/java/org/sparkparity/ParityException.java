package org.sparkparity;

import java.io.NotSerializableException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Why there is no result: a stable code, a sentence with names, and what to do about it.
 *
 * <p>This class never leaves its JVM. Where the jar was added to a session that runs, the thread of the driver that
 * reads the failures of tasks cannot load any class of ours, and loses a failure that holds one. So a task's error
 * travels as text, in an exception of the JDK: {@link #toString} writes that text, and {@link #spokenBy} reads it
 * again, there and in whatever message Spark wraps it. Python reads it too ({@code errors.py}).
 */
public final class ParityException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final Pattern SPOKEN =
      Pattern.compile("spark-parity: ([A-Z][A-Z_]+): ([^\\n]*)(?:\\n  hint: ([^\\n]*))?");

  private final ErrorCode code;
  private final String hint;
  // The error that this one says in its message, null for most.
  private final ParityException said;

  /** An error with its stable code; the hint may be null. */
  public ParityException(ErrorCode code, String message, String hint) {
    this(code, message, hint, null);
  }

  /** An error that another one caused; hint and cause may be null. */
  public ParityException(ErrorCode code, String message, String hint, Throwable cause) {
    super(message, cause);
    this.code = code;
    this.hint = hint;
    this.said = null;
  }

  private ParityException(ParityException said) {
    super(said.toString(), said.getCause());
    this.code = said.code;
    this.hint = said.hint;
    this.said = said;
    setStackTrace(said.getStackTrace());
  }

  /** The error of a comparison that was closed, or whose job or task was cancelled; the cause may be null. */
  public static ParityException cancelled(Throwable cause) {
    return new ParityException(ErrorCode.CANCELLED, "the comparison was cancelled", "run the comparison again", cause);
  }

  /** The first such error among a failure and its causes, itself or as the text of another one; null without any. */
  public static ParityException spokenBy(Throwable failure) {
    int depth = 0;
    for (Throwable t = failure; t != null && depth < 50; t = t.getCause(), depth++) {
      if (t instanceof ParityException) {
        ParityException error = (ParityException) t;
        return error.said == null ? error : error.said;
      }
      Matcher spoken = SPOKEN.matcher(String.valueOf(t.getMessage()));
      if (spoken.find()) {
        return new ParityException(ErrorCode.of(spoken.group(1)), spoken.group(2), spoken.group(3), failure);
      }
    }
    return null;
  }

  /** The stable code, such as {@code SOURCE_CHANGED}. */
  public String code() {
    return code.name();
  }

  boolean is(ErrorCode other) {
    return code == other;
  }

  /** What to do about it, or null. */
  public String hint() {
    return hint;
  }

  /**
   * The exception that a task throws in place of this error.
   *
   * <p>Spark tries a failed task again, {@code spark.task.maxFailures} times in all, whatever it threw. Only a {@link
   * NotSerializableException}, which Spark knows by its name, ends the stage and its jobs at once. So an error that
   * another try cannot mend, such as a damaged file, travels in one of those. Its name is misleading, and Spark's log
   * says "had a not serializable result" before our text; no exception with a better name has this effect.
   */
  public Exception leavingTask() {
    if (code.isMendable) {
      return this;
    }
    NotSerializableException last = new NotSerializableException(toString());
    last.initCause(this);
    return last;
  }

  /**
   * This error as a query throws it on the driver, with code and hint in its message: a server of Spark Connect passes
   * on an exception's message, and not its {@link #toString}.
   */
  public ParityException leavingDriver() {
    return said == null ? new ParityException(this) : this;
  }

  /** Code, sentence and hint, in lines of their own. */
  @Override
  public String toString() {
    if (said != null) {
      return getMessage();
    }
    String text = "spark-parity: " + code + ": " + inOneLine(getMessage());
    return hint == null ? text : text + "\n  hint: " + inOneLine(hint);
  }

  private static String inOneLine(String text) {
    return text == null ? "" : text.replaceAll("\\R", " ");
  }

  /** The stand-in that another JVM gets. Causes stay in the log of this one: their classes may be unknown there. */
  private Object writeReplace() {
    RuntimeException text = new RuntimeException(toString());
    text.setStackTrace(getStackTrace());
    return text;
  }
}
