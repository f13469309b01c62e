package dev.warrener.messaging.broker;

import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.TaskEvent;
import dev.warrener.messaging.report.WorkerEvent;
import dev.warrener.messaging.task.TaskResult;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what a controller says, in the background, over a publisher that it does not own. What
 * is said waits in a bounded buffer while the broker is away or refuses publishes. Of presence only
 * the newest waits; when the buffer is full events go first, and then the oldest of the rest,
 * counted in {@link #dropped}. Reports about orders go out before anything else. Thread-safe; no
 * call blocks.
 */
public final class Reporter implements AutoCloseable {

  /** Prepares a reporter with room for {@code capacity} messages; {@link #start} starts it. */
  public Reporter(BrokerAccess access, ConfirmedPublisher publisher, int capacity) {
    NotBuilt.yet();
  }

  /** Starts to publish. */
  public void start() {}

  /**
   * Says something about an order.
   *
   * @param replyTo the order's, or null: then it goes to the reports exchange only
   */
  public void report(Report report, @Nullable String replyTo) {}

  /** Says how the controller is. */
  public void presence(Presence presence) {}

  /** Says what happened to a task. */
  public void event(TaskEvent event) {}

  /** Says what happened to a worker. */
  public void event(WorkerEvent event) {}

  /**
   * Sends a task's result. A reply queue that is not there is tried again for half a minute. The
   * future completes with {@link PublishOutcome.Confirmed} when the broker has the result, and the
   * controller acknowledges the task only then.
   */
  public CompletableFuture<PublishOutcome> result(
      TaskResult result, String replyTo, @Nullable String correlationId) {
    return NotBuilt.yet();
  }

  /** How many messages were dropped since the start. */
  public long dropped() {
    return 0;
  }

  /** Waits until all that was said is at the broker; false if that was not so in time. */
  public boolean flush(Duration timeout) {
    return NotBuilt.yet();
  }

  /** Stops; what is not sent is dropped. */
  @Override
  public void close() {}
}
