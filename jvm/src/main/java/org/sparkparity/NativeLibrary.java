package org.sparkparity;

/** Skeleton. */
public final class NativeLibrary {
  private NativeLibrary() {}
  public static void ensureLoaded() {}
}
