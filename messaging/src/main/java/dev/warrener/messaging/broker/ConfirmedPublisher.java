package dev.warrener.messaging.broker;

import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Publishes over a connection of its own, confirmed and mandatory, with a bounded window. Messages
 * that were cut off by a lost connection are published again on the next one, with the same id,
 * until their time is up: consumers drop the duplicate.
 *
 * <p>Thread-safe. The futures complete on one thread of the publisher: a callback that blocks
 * delays the others.
 */
public final class ConfirmedPublisher implements AutoCloseable {

  /** Hears of the connection. Must not block. */
  public interface Listener {
    /** A connection is up. */
    default void up(long generation, Dialect dialect) {}

    /** The connection is gone; another one is tried. */
    default void down(long generation, String reason) {}

    /** The broker takes no publishes: a memory or disk alarm. */
    default void blocked(String reason) {}

    /** The broker takes publishes again. */
    default void unblocked() {}
  }

  /** Prepares the connection; {@link #start} makes it. */
  public ConfirmedPublisher(BrokerAccess access, PublisherSettings settings, Listener listener) {
    NotBuilt.yet();
  }

  /** Starts to connect, and goes on until {@link #close}. */
  public void start() {}

  /**
   * Waits until a connection is up.
   *
   * @throws BrokerUnreachableException if none is up in time, with the last attempt's reason
   * @throws NotAllowedException as soon as the broker refuses user, password or virtual host
   */
  public void awaitUp(Duration timeout) {}

  /**
   * Publishes a task to its queue.
   *
   * @see #publish(String, String, Message)
   */
  public CompletableFuture<PublishOutcome> publish(Task task) {
    return NotBuilt.yet();
  }

  /**
   * Publishes. Blocks while the window is full, for at most the settings' timeout: then, or when
   * closed, the outcome is {@link PublishOutcome.Refused}. The future always completes, by the
   * timeout at the latest, and never exceptionally.
   */
  public CompletableFuture<PublishOutcome> publish(
      String exchange, String routingKey, Message message) {
    return NotBuilt.yet();
  }

  /** As {@link #publish(String, String, Message)}, but refused at once if the window is full. */
  public CompletableFuture<PublishOutcome> tryPublish(
      String exchange, String routingKey, Message message) {
    return NotBuilt.yet();
  }

  /** The number of messages that wait for an answer. */
  public int outstanding() {
    return 0;
  }

  /** Waits until nothing is outstanding; false if that was not so in time. */
  public boolean flush(Duration timeout) {
    return NotBuilt.yet();
  }

  /** Closes at once. What is outstanding is unknown, or refused if it was not sent. */
  @Override
  public void close() {}
}
