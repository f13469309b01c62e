package dev.warrener.messaging.broker;

import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.TaskEvent;
import dev.warrener.messaging.report.WorkerEvent;
import java.time.Duration;
import java.util.Collection;

/**
 * Hears what controllers say, by an exclusive reply queue that is bound to the reports exchange.
 * The connection is kept up; what is said while it is away is missed. Thread-safe.
 */
public final class ReportFeed implements AutoCloseable {

  /** Hears. Called on one thread at a time, in order; must not block. */
  public interface Listener {
    /** The queue is bound: what is said from now on is heard. */
    default void up(long generation) {}

    /** The connection is gone; another one is tried. */
    default void down(long generation, String reason) {}

    /** A controller says something about an order. */
    default void report(Report report) {}

    /** A controller says how it is. */
    default void presence(Presence presence) {}

    /** A controller says what happened to a task. */
    default void event(TaskEvent event) {}

    /** A controller says what happened to a worker. */
    default void event(WorkerEvent event) {}

    /** A message that could not be read. */
    default void unreadable(String routingKey, String because) {}
  }

  /**
   * Prepares the connection; {@link #start} makes it.
   *
   * @param keys routing keys, with {@code *} for one word and {@code #} for any number: {@code
   *     kill.ORDER.*}, {@code presence.*}
   */
  public ReportFeed(BrokerAccess access, Collection<String> keys, Listener listener) {
    NotBuilt.yet();
  }

  /** Starts to connect, and goes on until {@link #close}. */
  public void start() {}

  /**
   * Waits until the queue is bound.
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
