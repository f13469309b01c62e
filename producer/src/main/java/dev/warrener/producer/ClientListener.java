package dev.warrener.producer;

/**
 * Is told about a {@link WarrenerClient}'s connection and about tasks that were not published. The
 * client calls it on its own threads, so it must not block.
 */
public interface ClientListener {
  /** A listener that does nothing. The client still logs failures. */
  ClientListener NONE = new ClientListener() {};

  /** The connection is up, for the first time or again. */
  default void connected() {}

  /**
   * The connection is gone. The client reconnects, and sends the tasks again that were on their
   * way.
   */
  default void disconnected(String reason) {}

  /**
   * The broker blocks publishers, because of a memory or disk alarm. Submits wait, and fail when
   * their time is up.
   *
   * @param reason the alarm, in the broker's words
   */
  default void blocked(String reason) {}

  /** The broker accepts publishes again. */
  default void unblocked() {}

  /** A task was not confirmed. Its future fails with the same exception. */
  default void notPublished(PublishException failure) {}
}
