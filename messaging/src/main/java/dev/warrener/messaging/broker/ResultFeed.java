package dev.warrener.messaging.broker;

import dev.warrener.messaging.task.TaskResult;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Hears the results of one publisher's tasks, by an exclusive reply queue of its own. Its name
 * stays the same over reconnects; results that come while it is away are tried again for half a
 * minute by the controllers. Thread-safe.
 */
public final class ResultFeed implements AutoCloseable {

  /** Hears. Called on one thread at a time, in order; must not block. */
  public interface Listener {
    /** The queue is there: results are heard. */
    default void up(long generation) {}

    /** The connection is gone; another one is tried. */
    default void down(long generation, String reason) {}

    /** A result has come, perhaps not for the first time. */
    void result(TaskResult result, @Nullable String correlationId);

    /** A message that could not be read. */
    default void unreadable(@Nullable String correlationId, String because) {}
  }

  /** Prepares the connection; {@link #start} makes it. */
  public ResultFeed(BrokerAccess access, Listener listener) {
    NotBuilt.yet();
  }

  /** The reply queue's name: what goes into {@code reply_to}. */
  public String replyQueue() {
    return NotBuilt.yet();
  }

  /** Starts to connect, and goes on until {@link #close}. */
  public void start() {}

  /**
   * Waits until the queue is there.
   *
   * @throws BrokerUnreachableException if it is not in time, with the last attempt's reason
   * @throws NotAllowedException as soon as the broker refuses user, password, virtual host or a
   *     right
   * @throws NoSuchQueueException if there is no such fleet at this broker
   */
  public void awaitUp(Duration timeout) {}

  @Override
  public void close() {}
}
