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
import dev.warrener.messaging.report.ReportKeys;
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
 * Publishes a controller's reports, presence, events and results in the background, over a
 * publisher that it does not own. Each names the user of the connection, so that the broker vouches
 * for who reports. While the broker is away or blocks publishers they wait in a bounded buffer. Of
 * presence only the newest waits. When the buffer is full, events are dropped first and then the
 * oldest of the rest, counted by {@link #dropped}. Reports about orders are published before
 * anything else. Thread-safe; no call blocks.
 */
public final class Reporter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Reporter.class);

  /** The most messages that the publisher has at the same time; the others wait here. */
  private static final int UNDERWAY = 200;

  /** The longest that publishing a presence is tried. Later the next presence has replaced it. */
  private static final Duration PRESENCE_TIMEOUT = Duration.ofSeconds(5);

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** The longest that a message is tried that the broker refuses. Then it is given up. */
  private static final Duration VERDICT_LIMIT = Duration.ofSeconds(30);

  private final Namespace namespace;
  private final String user;
  private final ConfirmedPublisher publisher;
  private final ReportBuffer buffer;
  private final Thread thread;

  /**
   * The pauses between attempts. A {@code Retry} of resilience4j would keep each waiting message in
   * a timer, where the buffer could neither count nor drop nor overtake it.
   */
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
    this.user = access.address().user();
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
   * Publishes a report about an order.
   *
   * @param replyTo the order's reply queue, which gets the report, too; or null
   */
  public void report(Report report, @Nullable String replyTo) {
    var json = ContractJson.write(report);
    say(
        OutgoingReport.open(
            OutgoingReport.Kind.ORDER,
            namespace.reportsExchange(),
            ReportKeys.of(report),
            Message.json(json, user)));
    if (replyTo != null) {
      say(
          OutgoingReport.open(
              OutgoingReport.Kind.ORDER,
              namespace.resultsExchange(),
              replyTo,
              Message.json(json, user)));
    }
  }

  /** Publishes the controller's presence. */
  public void presence(Presence presence) {
    say(
        OutgoingReport.open(
            OutgoingReport.Kind.PRESENCE,
            namespace.reportsExchange(),
            ReportKeys.of(presence),
            Message.json(ContractJson.write(presence), user)));
  }

  /** Publishes an event of a task. */
  public void event(TaskEvent event) {
    event(ReportKeys.of(event), ContractJson.write(event));
  }

  /** Publishes an event of a worker. */
  public void event(WorkerEvent event) {
    event(ReportKeys.of(event), ContractJson.write(event));
  }

  private void event(String key, byte[] json) {
    say(
        OutgoingReport.open(
            OutgoingReport.Kind.EVENT, namespace.reportsExchange(), key, Message.json(json, user)));
  }

  /**
   * Publishes a task's result. The future completes with {@link PublishOutcome.Confirmed} when the
   * broker has the result. If there is no reply queue, or it takes nothing, the future completes at
   * once with {@code Unroutable} or {@code Refused}, so that the controller need not hold the task
   * any longer. The result is then tried for another half a minute, in case that its publisher
   * reconnects, unless many such results wait already.
   */
  public CompletableFuture<PublishOutcome> result(
      ResultMessage result, String replyTo, @Nullable String correlationId) {
    var message =
        new Message(
            Message.jsonProperties()
                .type("result")
                .correlationId(correlationId)
                .userId(user)
                .build(),
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

  /** Returns the number of messages that were dropped since the start, presence not counted. */
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
      try {
        publish(next);
      } catch (RuntimeException e) {
        LOG.error("a bug: a report could not be published and is dropped", e);
        answered(next, new PublishOutcome.Unpublishable("a bug: " + e));
      }
    }
  }

  /** Waits for the next message to publish. Returns null when closed. */
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
    boolean isOrphan = statement.kind == OutgoingReport.Kind.RESULT && isVerdict(outcome);
    lock.lock();
    try {
      underway--;
      if (again && !closed) {
        statement.attempts++;
        long wait = backoff.apply(Math.min(statement.attempts, 30));
        statement.dueNanos = System.nanoTime() + Duration.ofMillis(wait).toNanos();
        again = buffer.putBack(statement, isOrphan);
      } else {
        buffer.finished(statement, outcome instanceof PublishOutcome.Confirmed);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (!again || isOrphan) {
      if (!(outcome instanceof PublishOutcome.Confirmed)) {
        LOG.debug("reporter: {} was not published: {}", statement.routingKey, outcome);
      }
      statement.outcome.complete(outcome);
    }
  }

  /**
   * Whether a message is published again. Reports about orders and results are, until they are
   * published. Those that the broker refuses are tried for half a minute, and those that it never
   * takes only once.
   */
  private static boolean isWorthAnotherTry(OutgoingReport statement, PublishOutcome outcome) {
    if (!statement.isKept()
        || outcome instanceof PublishOutcome.Confirmed
        || outcome instanceof PublishOutcome.Unpublishable) {
      return false;
    }
    return !isVerdict(outcome) || System.nanoTime() - statement.saidNanos < VERDICT_LIMIT.toNanos();
  }

  /** Whether the broker has said no, and was not only away. */
  private static boolean isVerdict(PublishOutcome outcome) {
    return outcome instanceof PublishOutcome.Unroutable
        || (outcome instanceof PublishOutcome.Refused refused && refused.byBroker());
  }

  /** Waits until the broker has all messages. Returns false if that was not so in time. */
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

  /** Stops. Messages that are not published are dropped. */
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
