package dev.warrener.producer;

/**
 * Hears what happens to a {@link WarrenerClient}'s connection and to its tasks. Called on the
 * client's own threads: must not block.
 */
public interface ClientListener {
  /** Hears nothing. What fails is logged all the same. */
  ClientListener NONE = new ClientListener() {};

  /** The connection is up, for the first time or again. */
  default void connected() {}

  /** The connection is gone. It is made again; what is on its way is sent again. */
  default void disconnected(String reason) {}

  /**
   * The broker takes no publishes (a memory or disk alarm, as {@code reason} says). Submits wait,
   * and fail when their time is up.
   */
  default void blocked(String reason) {}

  /** The broker takes publishes again. */
  default void unblocked() {}

  /** A task was not confirmed. Its future says the same; this is for those who drop futures. */
  default void notPublished(PublishException failure) {}
}
