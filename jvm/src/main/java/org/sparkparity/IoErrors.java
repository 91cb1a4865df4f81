package org.sparkparity;

import java.io.FileNotFoundException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.util.Locale;
import org.apache.hadoop.security.AccessControlException;

/**
 * What goes wrong in Hadoop's file systems, in one sentence for the owner of the data.
 *
 * <p>Object stores wrap their reasons several times and put request ids, class names and pages of XML into the text.
 * The sentence is chosen by what the chain of causes says; the whole chain stays the cause of the exception.
 */
public final class IoErrors {
  private IoErrors() {}

  /** The error of a failed call for a path. */
  public static ParityException unreadable(String path, Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof ParityException) {
        return (ParityException) t;
      }
      if (t instanceof InterruptedException
          || t instanceof InterruptedIOException && !(t instanceof SocketTimeoutException)) {
        return ParityException.cancelled(failure);
      }
    }
    ParityException bucket = missingBucket(path, failure);
    if (bucket != null) {
      return bucket;
    }
    for (Throwable t = failure; t != null; t = t.getCause()) {
      Reason reason = reason(t);
      if (reason != null) {
        String message = path + ": cannot be read: " + reason.text;
        return new ParityException(ErrorCode.PATH_UNREADABLE, message, reason.hint, failure);
      }
    }
    if (failure instanceof FileNotFoundException) {
      return new ParityException(
          ErrorCode.PATH_NOT_FOUND, path + " does not exist", "check the spelling of the path", failure);
    }
    return new ParityException(
        ErrorCode.PATH_UNREADABLE,
        path + ": cannot be read: " + oneLine(failure),
        "check the path and its file system",
        failure);
  }

  /** The error of a path in a bucket that does not exist, or null; object stores report it as a missing file. */
  static ParityException missingBucket(String path, Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      String text = text(t);
      if (text.contains("nosuchbucket") || text.contains("bucket") && text.contains("does not exist")) {
        String bucket = path.replaceFirst("^[^:/]+://", "").replaceFirst("/.*", "");
        return new ParityException(
            ErrorCode.PATH_NOT_FOUND, "the bucket " + bucket + " does not exist", "check the spelling of the path", failure);
      }
    }
    return null;
  }

  private static Reason reason(Throwable t) {
    String text = text(t);
    if (t instanceof AccessDeniedException
        || t instanceof AccessControlException
        || has(text, "accessdenied", "access denied", "status code: 403", "status code: 401", "(403)", "(401)", "forbidden")
        || has(text, "invalidaccesskeyid", "signaturedoesnotmatch", "expiredtoken", "invalidtoken")) {
      return new Reason("access denied", "check the credentials of the cluster and its rights on the path");
    }
    if (has(text, "no aws credentials", "unable to load credentials", "nocredentialsprovided", "noauthwithawsexception")) {
      return new Reason("there are no credentials", "give the cluster credentials that may read the path");
    }
    if (t instanceof UnknownHostException) {
      return new Reason("the host " + oneLine(t) + " is unknown", "check the endpoint of the file system");
    }
    if (t instanceof ConnectException || t instanceof NoRouteToHostException) {
      return new Reason("the connection was refused", "check the endpoint of the file system and whether it runs");
    }
    if (t instanceof SocketTimeoutException) {
      return new Reason("the connection timed out", "check the network, and try again");
    }
    if (has(text, "no filesystem for scheme") || t instanceof ClassNotFoundException && has(text, "filesystem")) {
      return new Reason("there is no file system for this kind of path", "add the file system's jar to the cluster");
    }
    return null;
  }

  private static String text(Throwable t) {
    return (t.getClass().getSimpleName() + ": " + t.getMessage()).toLowerCase(Locale.ROOT);
  }

  private static boolean has(String text, String... parts) {
    for (String part : parts) {
      if (text.contains(part)) {
        return true;
      }
    }
    return false;
  }

  /** The innermost text, cut to its first line. */
  private static String oneLine(Throwable failure) {
    String text = null;
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t.getMessage() != null && !t.getMessage().isEmpty()) {
        text = t.getMessage();
      }
    }
    text = text == null ? failure.getClass().getSimpleName() : text.split("\\R", 2)[0].trim();
    return text.length() <= 300 ? text : text.substring(0, 300) + "…";
  }

  private static final class Reason {
    final String text;
    final String hint;

    Reason(String text, String hint) {
      this.text = text;
      this.hint = hint;
    }
  }
}
