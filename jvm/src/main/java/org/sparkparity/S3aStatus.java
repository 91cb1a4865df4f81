package org.sparkparity;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * S3A's own status of a file, which carries the ETag that the store told.
 *
 * <p>A stream that is opened with it asks the store for nothing beforehand, and each of its reads is answered only while
 * the object still has that ETag. So a file is pinned by its listing, and no look at it is needed, neither before nor
 * after it is read.
 */
final class S3aStatus {
  private S3aStatus() {}

  /** The ETag that a status of a file system tells whose reads hold the store to it, or null. */
  static String etag(FileStatus status) {
    return Calls.etag(status);
  }

  /** The status of a file as it was listed; null where reads do not hold the store to its ETag. */
  static FileStatus of(FileSystem fs, Path path, long length, long modifiedMs, String etag) {
    if (etag == null || !isAsserted(fs)) {
      return null;
    }
    try {
      Class<?> type = fs.getClass().getClassLoader().loadClass("org.apache.hadoop.fs.s3a.S3AFileStatus");
      return (FileStatus)
          type.getConstructor(
                  long.class, long.class, Path.class, long.class, String.class, String.class, String.class)
              .newInstance(length, modifiedMs, fs.makeQualified(path), fs.getDefaultBlockSize(path), "", etag, null);
    } catch (ReflectiveOperationException otherVersion) {
      return null;
    }
  }

  /** Whether two ETags are the same, in quotes or not. */
  static boolean isSame(String one, String other) {
    return one.replace("\"", "").equals(other.replace("\"", ""));
  }

  /** Whether S3A compares ETags, and does so itself at the store: its defaults. Other streams of it may not. */
  static boolean isAsserted(FileSystem fs) {
    if (!VectoredReads.areAsynchronous(fs)) {
      return false;
    }
    // With the settings of the bucket in it.
    Configuration conf = fs.getConf();
    return "server".equals(conf.getTrimmed("fs.s3a.change.detection.mode", "server"))
        && "etag".equals(conf.getTrimmed("fs.s3a.change.detection.source", "etag"))
        && "classic".equals(conf.getTrimmed("fs.s3a.input.stream.type", "classic"));
  }

  /** Apart, because an older Hadoop lacks the class. */
  private static final class Calls {
    static String etag(FileStatus status) {
      return status instanceof EtagSource ? ((EtagSource) status).getEtag() : null;
    }
  }
}
