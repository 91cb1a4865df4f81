package org.sparkparity;

/**
 * Why there is no result: a stable code, a sentence with names, and what to do about it.
 *
 * <p>It is what tasks throw, so it is serializable and arrives at the driver as the cause of the failed job. Its texts
 * are meant for the owner of the data; the stack trace is for us.
 */
public final class ParityException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final String hint;

  /** An error with its stable code; the hint may be null. */
  public ParityException(String code, String message, String hint) {
    this(code, message, hint, null);
  }

  /** An error that another one caused; hint and cause may be null. */
  public ParityException(String code, String message, String hint, Throwable cause) {
    super(message, cause);
    this.code = code;
    this.hint = hint;
  }

  /** The stable code, such as {@code SOURCE_CHANGED}. */
  public String code() {
    return code;
  }

  /** What to do about it, or null. */
  public String hint() {
    return hint;
  }

  @Override
  public String toString() {
    String text = getClass().getName() + ": " + code + ": " + getMessage();
    return hint == null ? text : text + " (" + hint + ")";
  }
}
