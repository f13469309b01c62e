package dev.warrener.messaging.broker.reports;

import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.Connecting;
import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.broker.publishing.ConfirmedPublisher;
import dev.warrener.messaging.broker.publishing.PublishOutcome;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.TaskEvent;
import dev.warrener.messaging.report.WorkerEvent;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.ResultMessage;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes what a controller says, in the background, over a publisher that it does not own. What
 * is said waits in a bounded buffer while the broker is away or refuses publishes. Of presence only
 * the newest waits; when the buffer is full events go first, and then the oldest of the rest,
 * counted in {@link #dropped}. Reports about orders go out before anything else. Thread-safe; no
 * call blocks.
 */
public final class Reporter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Reporter.class);

  /** How many messages are with the publisher at the same time; the rest waits here. */
  private static final int UNDERWAY = 200;

  /** Presence is of no use later: the next one is on its way. */
  private static final Duration PRESENCE_TIMEOUT = Duration.ofSeconds(5);

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** How long a reply queue may be missing. */
  private static final Duration REPLY_LIMIT = Duration.ofSeconds(30);

  private final Namespace namespace;
  private final ConfirmedPublisher publisher;
  private final ReportBuffer buffer;
  private final Thread thread;
  private final IntervalFunction backoff =
      IntervalFunction.ofExponentialRandomBackoff(
          Duration.ofMillis(250), 2.0, 0.5, Duration.ofSeconds(5));

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock, the buffer too.
  private int underway;
  private boolean started;
  private boolean closed;

  /** Prepares a reporter with room for {@code capacity} messages; {@link #start} starts it. */
  public Reporter(BrokerAccess access, ConfirmedPublisher publisher, int capacity) {
    this.namespace = access.namespace();
    this.publisher = publisher;
    this.buffer = new ReportBuffer(capacity);
    this.thread = Connecting.daemon("broker-reporter").newThread(this::run);
  }

  /** Starts to publish. */
  public void start() {
    lock.lock();
    try {
      if (started || closed) {
        return;
      }
      started = true;
    } finally {
      lock.unlock();
    }
    thread.start();
  }

  /**
   * Says something about an order.
   *
   * @param replyTo the order's, or null: then it goes to the reports exchange only
   */
  public void report(Report report, @Nullable String replyTo) {
    var json = ContractJson.write(report);
    var key = "kill." + report.order() + "." + report.controller();
    say(
        OutgoingReport.open(
            OutgoingReport.Kind.ORDER, namespace.reportsExchange(), key, Message.json(json)));
    if (replyTo != null) {
      say(
          OutgoingReport.open(
              OutgoingReport.Kind.ORDER, namespace.resultsExchange(), replyTo, Message.json(json)));
    }
  }

  /** Says how the controller is. */
  public void presence(Presence presence) {
    var key = "presence." + presence.id();
    say(
        OutgoingReport.open(
            OutgoingReport.Kind.PRESENCE,
            namespace.reportsExchange(),
            key,
            Message.json(ContractJson.write(presence))));
  }

  /** Says what happened to a task. */
  public void event(TaskEvent event) {
    event("task." + event.event().wire() + "." + event.queue(), ContractJson.write(event));
  }

  /** Says what happened to a worker. */
  public void event(WorkerEvent event) {
    event("worker." + event.event().wire() + "." + event.controller(), ContractJson.write(event));
  }

  private void event(String key, byte[] json) {
    say(
        OutgoingReport.open(
            OutgoingReport.Kind.EVENT, namespace.reportsExchange(), key, Message.json(json)));
  }

  /**
   * Sends a task's result. A reply queue that is not there is tried again for half a minute. The
   * future completes with {@link PublishOutcome.Confirmed} when the broker has the result, and the
   * controller acknowledges the task only then.
   */
  public CompletableFuture<PublishOutcome> result(
      ResultMessage result, String replyTo, @Nullable String correlationId) {
    var message =
        new Message(
            Message.jsonProperties().type("result").correlationId(correlationId).build(),
            Body.of(ContractJson.write(result)));
    var statement =
        OutgoingReport.mandatory(
            OutgoingReport.Kind.RESULT, namespace.resultsExchange(), replyTo, message);
    say(statement);
    return statement.outcome;
  }

  private void say(OutgoingReport statement) {
    OutgoingReport dropped;
    lock.lock();
    try {
      dropped = closed ? statement : buffer.add(statement);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    drop(dropped);
  }

  private static void drop(@Nullable OutgoingReport dropped) {
    if (dropped != null) {
      dropped.outcome.complete(
          new PublishOutcome.Refused("not sent: the buffer for reports is full, or closed"));
    }
  }

  /** How many messages were dropped since the start; of presence none is counted. */
  public long dropped() {
    lock.lock();
    try {
      return buffer.dropped();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    for (var next = take(); next != null; next = take()) {
      publish(next);
    }
  }

  /** Waits for what is to be published next; null when closed. */
  private @Nullable OutgoingReport take() {
    lock.lock();
    try {
      while (!closed) {
        long now = System.nanoTime();
        boolean full = underway >= UNDERWAY;
        var next = full ? null : buffer.next(now);
        if (next != null) {
          underway++;
          return next;
        }
        changed.awaitNanos(full ? Long.MAX_VALUE : buffer.nanosUntilDue(now));
      }
      return null;
    } catch (InterruptedException e) {
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void publish(OutgoingReport statement) {
    var timeout = statement.kind == OutgoingReport.Kind.PRESENCE ? PRESENCE_TIMEOUT : TIMEOUT;
    var unused =
        publisher
            .force(
                statement.exchange,
                statement.routingKey,
                statement.message,
                statement.mandatory,
                timeout,
                statement.kind == OutgoingReport.Kind.ORDER)
            .thenAccept(outcome -> answered(statement, outcome));
  }

  private void answered(OutgoingReport statement, PublishOutcome outcome) {
    boolean again = isWorthAnotherTry(statement, outcome);
    lock.lock();
    try {
      underway--;
      if (again && !closed) {
        statement.attempts++;
        long wait = backoff.apply(Math.min(statement.attempts, 30));
        statement.dueNanos = System.nanoTime() + Duration.ofMillis(wait).toNanos();
        buffer.putBack(statement);
      } else {
        buffer.finished(statement, outcome instanceof PublishOutcome.Confirmed);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (!again) {
      if (!(outcome instanceof PublishOutcome.Confirmed)) {
        LOG.debug("reporter: {} was not published: {}", statement.routingKey, outcome);
      }
      statement.outcome.complete(outcome);
    }
  }

  /**
   * What is kept is tried until it is published; a result until its reply queue seems to be gone.
   */
  private static boolean isWorthAnotherTry(OutgoingReport statement, PublishOutcome outcome) {
    if (outcome instanceof PublishOutcome.Confirmed || !statement.isKept()) {
      return false;
    }
    return !(outcome instanceof PublishOutcome.Unroutable)
        || System.nanoTime() - statement.saidNanos < REPLY_LIMIT.toNanos();
  }

  /** Waits until all that was said is at the broker; false if that was not so in time. */
  public boolean flush(Duration timeout) {
    long left = timeout.toNanos();
    lock.lock();
    try {
      while (underway > 0 || !buffer.isEmpty()) {
        if (left <= 0 || closed) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Stops; what is not sent is dropped. */
  @Override
  public void close() {
    var left = new ArrayList<OutgoingReport>();
    lock.lock();
    try {
      closed = true;
      left.addAll(buffer.drain());
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    left.forEach(Reporter::drop);
  }
}
