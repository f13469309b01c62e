package dev.warrener.messaging.broker.reports;

import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import java.time.Duration;

/** The start and the end that feeds have in common, each with a {@link ReplyQueue}. */
abstract class Feed implements AutoCloseable {
  private final ReplyQueue queue;

  Feed(ReplyQueue queue) {
    this.queue = queue;
  }

  final ReplyQueue queue() {
    return queue;
  }

  /** Starts to connect, and stays connected until {@link #close}. */
  public final void start() {
    queue.start();
  }

  /**
   * Waits until the queue is bound, so that messages are received.
   *
   * @throws BrokerUnreachableException if it is not in time, with the last attempt's reason
   * @throws NotAllowedException as soon as the broker refuses user, password, virtual host or a
   *     right
   * @throws NoSuchQueueException as soon as the broker says that there is no such fleet
   */
  public final void awaitUp(Duration timeout) {
    queue.awaitUp(timeout);
  }

  /** Ends the connection, and with it the queue. */
  @Override
  public final void close() {
    queue.close();
  }
}
