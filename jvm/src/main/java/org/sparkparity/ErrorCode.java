package org.sparkparity;

/**
 * The codes of errors, as {@code native/source/src/code.rs} has them; {@code docs/error-codes.md} says when each is
 * raised.
 *
 * <p>Java and Scala name codes by this enum alone. A test holds it against that page.
 */
public enum ErrorCode {
  PATH_NOT_FOUND(false),
  PATH_UNREADABLE(true),
  CORRUPT_FILE(false),
  ENCRYPTED_FILE(false),
  SCHEMA_CONFLICT(false),
  AMBIGUOUS_COLUMN(false),
  TABLE_FORMAT(false),
  UNSUPPORTED_TABLE(false),
  KEY_NOT_FOUND(false),
  COLUMN_NOT_FOUND(false),
  NO_COMMON_COLUMNS(false),
  BAD_OPTION(false),
  DUPLICATE_KEYS(false),
  UNSUPPORTED_TYPE(false),
  BAD_DOCUMENT(false),
  SOURCE_CHANGED(false),
  OUT_OF_RESOURCES(true),
  OUTPUT_EXISTS(false),
  OUTPUT_UNWRITABLE(false),
  PYSPARK_MISSING(false),
  JAVA_MISSING(false),
  SPARK_VERSION(false),
  NATIVE_UNAVAILABLE(true),
  SESSION_STOPPED(false),
  SPARK_FAILED(false),
  CANCELLED(true),
  INTERNAL(true);

  /** Whether another executor, or a moment's wait, may mend it: the error is not about the data. */
  final boolean isMendable;

  ErrorCode(boolean isMendable) {
    this.isMendable = isMendable;
  }

  /** The code of a text. A text that is none comes from a defect. */
  static ErrorCode of(String text) {
    for (ErrorCode code : values()) {
      if (code.name().equals(text)) {
        return code;
      }
    }
    return INTERNAL;
  }
}
