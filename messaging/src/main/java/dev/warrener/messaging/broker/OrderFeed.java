package dev.warrener.messaging.broker;

import java.time.Duration;
import java.util.List;

/**
 * The controller's connection for orders: it only consumes. On each connection it first takes the
 * live orders, then reads the log from its beginning, hands that over whole, and goes on with live
 * ones; so none falls between. The same order may come several times. Thread-safe.
 */
public final class OrderFeed implements AutoCloseable {

  /** Hears orders. Called on one thread at a time, in order; must not block. */
  public interface Listener {
    /**
     * A connection is up and the whole log has been read. Live orders follow.
     *
     * @param log everything in the log, oldest first; empty where the broker keeps no log
     * @param tripped whether the tripwire was found pulled
     */
    void synced(long generation, List<ReceivedOrder> log, boolean tripped);

    /** An order has arrived. */
    void ordered(ReceivedOrder order);

    /** The tripwire has been pulled: kill all, requeue, hold. */
    void tripped(long generation);

    /**
     * The connection is gone: no order is heard until the next {@link #synced}.
     *
     * @param reason a sentence
     * @param silence for how long the broker had not been heard when it was declared lost
     */
    void down(long generation, String reason, Duration silence);
  }

  /** Prepares the connection; {@link #start} makes it. */
  public OrderFeed(BrokerAccess access, String controller, Listener listener) {
    NotBuilt.yet();
  }

  /** Starts to connect, and goes on until {@link #close}. */
  public void start() {}

  /**
   * Waits until a connection is up and synced.
   *
   * @throws BrokerUnreachableException if none is in time, with the last attempt's reason
   * @throws NotAllowedException as soon as the broker refuses user, password, virtual host or a
   *     right
   * @throws ControllerIdTakenException if in time nothing but another controller of this id stood
   *     in the way
   * @throws TopologyMismatchException as soon as the fleet's exchanges or queues don't fit
   */
  public void awaitSynced(Duration timeout) {}

  /** What the broker is; of the last connection. */
  public Dialect dialect() {
    return NotBuilt.yet();
  }

  /**
   * Says whether any process of this controller's workers lives, by consuming from the running
   * queue or not. Returns at once; holds over reconnects.
   */
  public void setRunning(boolean running) {}

  /** Makes the tripwire again if it is missing, and listens to it. Returns at once. */
  public void rearm() {}

  @Override
  public void close() {}
}
