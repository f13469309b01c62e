package dev.warrener.messaging.broker;

/** Marks what is not built yet. Goes with the last stub. */
final class NotBuilt {
  private static final boolean BUILT = Boolean.getBoolean("warrener.built");

  private NotBuilt() {}

  @SuppressWarnings({"TypeParameterUnusedInFormals", "NullAway"})
  static <T> T yet() {
    if (!BUILT) {
      throw new UnsupportedOperationException("not built yet");
    }
    return null;
  }
}
