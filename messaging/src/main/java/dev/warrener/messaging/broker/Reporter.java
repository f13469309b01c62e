package dev.warrener.messaging.broker;

import dev.warrener.messaging.json.Json;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.TaskEvent;
import dev.warrener.messaging.report.WorkerEvent;
import dev.warrener.messaging.task.TaskResult;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(30);
  private static final Duration AGAIN_AFTER = Duration.ofSeconds(1);

  private final String reports;
  private final String results;
  private final ConfirmedPublisher publisher;
  private final int capacity;
  private final Thread sender;

  // Under the monitor.
  private final Object monitor = new Object();
  private final Deque<Said> urgent = new ArrayDeque<>();
  private final Deque<Said> answers = new ArrayDeque<>();
  private final Deque<Said> events = new ArrayDeque<>();
  private @Nullable Said presence;
  private int underWay;
  private long dropped;
  private boolean started;
  private boolean closed;

  /**
   * One thing that was said.
   *
   * @param wanted whether it is tried again if nobody is there to take it
   * @param againUntilNanos tries until then
   */
  private record Said(
      String exchange,
      String key,
      Message message,
      boolean wanted,
      long againUntilNanos,
      CompletableFuture<PublishOutcome> outcome) {}

  /** Prepares a reporter with room for {@code capacity} messages; {@link #start} starts it. */
  public Reporter(BrokerAccess access, ConfirmedPublisher publisher, int capacity) {
    this.reports = access.namespace().reportsExchange();
    this.results = access.namespace().resultsExchange();
    this.publisher = publisher;
    this.capacity = capacity;
    this.sender = Connecting.daemon("broker-reporter").newThread(this::send);
  }

  /** Starts to publish. */
  public void start() {
    synchronized (monitor) {
      if (started || closed) {
        return;
      }
      started = true;
    }
    sender.start();
  }

  /**
   * Says something about an order.
   *
   * @param replyTo the order's, or null: then it goes to the reports exchange only
   */
  public void report(Report report, @Nullable String replyTo) {
    var json = Json.write(report);
    var key = "kill." + report.order() + "." + report.controller();
    synchronized (monitor) {
      add(urgent, said(reports, key, Message.json(json), false));
      if (replyTo != null) {
        add(urgent, said(results, replyTo, Message.json(json), false));
      }
    }
  }

  /** Says how the controller is. */
  public void presence(Presence said) {
    var message = Message.json(Json.write(said));
    synchronized (monitor) {
      presence = said(reports, "presence." + said.id(), message, false);
      monitor.notifyAll();
    }
  }

  /** Says what happened to a task. */
  public void event(TaskEvent event) {
    var key = "task." + event.event().wire() + "." + event.queue();
    var message = Message.json(Json.write(event));
    synchronized (monitor) {
      add(events, said(reports, key, message, false));
    }
  }

  /** Says what happened to a worker. */
  public void event(WorkerEvent event) {
    var key = "worker." + event.event().wire() + "." + event.controller();
    var message = Message.json(Json.write(event));
    synchronized (monitor) {
      add(events, said(reports, key, message, false));
    }
  }

  /**
   * Sends a task's result. A reply queue that is not there is tried again for half a minute, since
   * its owner may be about to come back. The future completes with {@link PublishOutcome.Confirmed}
   * when the broker has the result: the controller acknowledges the task only then.
   */
  public CompletableFuture<PublishOutcome> result(
      TaskResult result, String replyTo, @Nullable String correlationId) {
    var json = Message.json(Json.write(result));
    var message =
        json.withProperties(json.properties().builder().correlationId(correlationId).build());
    var said = said(results, replyTo, message, true);
    synchronized (monitor) {
      add(answers, said);
    }
    return said.outcome;
  }

  private static Said said(String exchange, String key, Message message, boolean wanted) {
    return new Said(
        exchange,
        key,
        message,
        wanted,
        System.nanoTime() + ANSWERED_WITHIN.toNanos(),
        new CompletableFuture<>());
  }

  /** Under the monitor. */
  private void add(Deque<Said> to, Said said) {
    if (closed) {
      said.outcome.complete(new PublishOutcome.Refused("the reporter is closed"));
      return;
    }
    to.addLast(said);
    if (urgent.size() + answers.size() + events.size() > capacity) {
      var oldest = events.pollFirst();
      if (oldest == null) {
        oldest = answers.pollFirst();
      }
      if (oldest == null) {
        oldest = urgent.pollFirst();
      }
      if (oldest != null) {
        if (dropped++ == 0) {
          LOG.warn(
              "{} messages wait for the broker: the oldest are dropped from here on", capacity);
        }
        oldest.outcome.complete(new PublishOutcome.Refused("too much waited for the broker"));
      }
    }
    monitor.notifyAll();
  }

  private void send() {
    try {
      while (true) {
        Said next;
        synchronized (monitor) {
          next = poll();
          while (next == null && !closed) {
            monitor.wait();
            next = poll();
          }
          if (next == null) {
            return;
          }
          underWay++;
        }
        publish(next);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Under the monitor. */
  private @Nullable Said poll() {
    if (!urgent.isEmpty()) {
      return urgent.pollFirst();
    }
    if (!answers.isEmpty()) {
      return answers.pollFirst();
    }
    if (presence != null) {
      var next = presence;
      presence = null;
      return next;
    }
    return events.pollFirst();
  }

  private void publish(Said said) {
    var unused =
        publisher
            .publish(said.exchange, said.key, said.message)
            .thenAccept(outcome -> answered(said, outcome));
  }

  private void answered(Said said, PublishOutcome outcome) {
    boolean missed =
        outcome instanceof PublishOutcome.Unroutable
            || outcome instanceof PublishOutcome.Unknown
            || outcome instanceof PublishOutcome.Refused;
    boolean report = said.exchange.equals(reports);
    boolean again =
        missed
            && System.nanoTime() - said.againUntilNanos < 0
            && (said.wanted || (report && !(outcome instanceof PublishOutcome.Unroutable)));
    synchronized (monitor) {
      underWay--;
      monitor.notifyAll();
      if (again && !closed) {
        underWay++;
      } else {
        again = false;
      }
    }
    if (!again) {
      said.outcome.complete(outcome);
      return;
    }
    var unused =
        CompletableFuture.runAsync(
            () -> publish(said),
            CompletableFuture.delayedExecutor(AGAIN_AFTER.toMillis(), TimeUnit.MILLISECONDS));
  }

  /** How many messages were dropped since the start. */
  public long dropped() {
    synchronized (monitor) {
      return dropped;
    }
  }

  /** Waits until all that was said is at the broker; false if that was not so in time. */
  public boolean flush(Duration timeout) {
    long until = System.nanoTime() + timeout.toNanos();
    synchronized (monitor) {
      while (underWay > 0
          || presence != null
          || !urgent.isEmpty()
          || !answers.isEmpty()
          || !events.isEmpty()) {
        long left = until - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        try {
          TimeUnit.NANOSECONDS.timedWait(monitor, left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return false;
        }
      }
      return true;
    }
  }

  /** Stops; what is not sent is dropped. */
  @Override
  public void close() {
    synchronized (monitor) {
      closed = true;
      urgent.clear();
      answers.clear();
      events.clear();
      presence = null;
      monitor.notifyAll();
    }
    sender.interrupt();
  }
}
