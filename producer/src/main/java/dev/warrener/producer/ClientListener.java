package dev.warrener.producer;

/**
 * Receives notifications about the connection of a {@link WarrenerClient}, and about tasks that
 * were not published. The methods are called on the client's own threads, so they must not block.
 */
public interface ClientListener {
  /** A listener that does nothing. The client still logs failures. */
  ClientListener NONE = new ClientListener() {};

  /** The connection is up, for the first time or again. */
  default void connected() {}

  /**
   * The connection is lost. The client reconnects, and sends tasks that were not confirmed again.
   */
  default void disconnected(String reason) {}

  /**
   * The broker blocks publishers, because of a memory or disk alarm. Submits wait, and fail after
   * the {@link ClientOptions#publishTimeout}.
   *
   * @param reason the alarm, in the broker's words
   */
  default void blocked(String reason) {}

  /** The broker accepts publishes again. */
  default void unblocked() {}

  /** A task was not confirmed. Its future fails with the same exception. */
  default void notPublished(PublishException failure) {}
}
