package org.sparkparity;

/** Where copies of what tasks read from a store lie on the local disk of an executor. */
public interface LocalCopies {
  /** The file of copies that an earlier task made for the split of this one; null where there is none. */
  String made();

  /**
   * Where this task's reads are to be copied to: the most bytes, a number that no other file of copies of the run has,
   * and a path, with colons between them. Null where they are not.
   */
  String making();
}
