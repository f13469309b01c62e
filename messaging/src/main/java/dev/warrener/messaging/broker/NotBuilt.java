package dev.warrener.messaging.broker;

import java.util.Arrays;

/** Marks what is not built yet. */
final class NotBuilt {
  private NotBuilt() {}

  static <T> T yet(Object... unused) {
    if (unused != null) {
      throw new UnsupportedOperationException("not built yet " + Arrays.toString(unused));
    }
    return yet();
  }
}
