package dev.warrener.controller;

import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.inbox.TaskInbox;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.QueueSettings;
import dev.warrener.messaging.broker.SerialExecutor;
import dev.warrener.messaging.broker.publishing.PublishOutcome;
import dev.warrener.messaging.broker.tasks.Delivery;
import dev.warrener.messaging.broker.tasks.TaskIntake;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles deliveries on the task connection, and starts and ends consumption. It does so on a
 * thread of its own, in the order of the calls. Acknowledgements wait for some milliseconds to be
 * sent together; any other call sends the waiting ones first. Waiting messages are dropped and
 * moved on threads of their own, one for each queue: that can take minutes, and must not hold up
 * the settlements of other queues. Called by the fleet loop's thread alone.
 */
final class TaskDeliveries {
  private static final Logger LOG = LoggerFactory.getLogger(TaskDeliveries.class);

  /** The delay before a failure to consume is reported, so that the retry is not a tight loop. */
  private static final Duration BEFORE_RETRY = Duration.ofSeconds(1);

  /**
   * How long the messages that are dropped are read, to answer who waits for their results. An
   * operator's command waits for 10 s by default.
   */
  private static final Duration PURGE_PATIENCE = Duration.ofSeconds(3);

  private final TaskIntake connection;
  private final TaskInbox inbox;
  private final Timers timers;
  private final Consumer<Event> events;
  private final SerialExecutor settling = new SerialExecutor("settling");

  /** The threads that drop or move waiting messages, by queue. Owned by the caller's thread. */
  private final Map<String, SerialExecutor> backlogs = new HashMap<>();

  private final AcknowledgementBatch batch = new AcknowledgementBatch(System::nanoTime);

  /** Owned by the settling thread. */
  private final OldestFirst<Delivery> oldestFirst = new OldestFirst<>();

  TaskDeliveries(TaskIntake connection, TaskInbox inbox, Timers timers, Consumer<Event> events) {
    this.connection = connection;
    this.inbox = inbox;
    this.timers = timers;
    this.events = events;
  }

  void consume(Effect.Consume consume, long generation) {
    batch.limitTo(consume.queue(), consume.prefetch());
    add(() -> {
      try {
        connection.consume(consume.queue(), QueueSettings.DEFAULT, consume.prefetch());
      } catch (BrokerException e) {
        LOG.warn("queue {} can't be consumed: {}", consume.queue(), e.getMessage());
        var ended =
            new Event.ConsumptionEnded(generation, consume.queue(), String.valueOf(e.getMessage()));
        timers.after(BEFORE_RETRY, () -> events.accept(ended));
      }
    });
  }

  void cancel(String queue) {
    add(() -> {
      try {
        connection.cancel(queue);
      } catch (BrokerException e) {
        // The connection is lost, and the consumer with it.
        LOG.debug("cancel of queue {}: {}", queue, e.getMessage());
      }
    });
  }

  /** Acknowledges a delivery, together with others if {@link #flushIfDue} finds some in time. */
  void acknowledge(DeliveryKey key) {
    batch.add(key);
  }

  /**
   * Sends the acknowledgements that have waited long enough.
   *
   * @return in how many nanoseconds to call this again, at the latest
   */
  long flushIfDue() {
    send(batch.takeIfDue());
    return batch.nanosUntilDue();
  }

  /** Sends all acknowledgements that wait. */
  void flush() {
    send(batch.takeAll());
  }

  private void send(AcknowledgementBatch.@Nullable Due due) {
    if (due == null) {
      return;
    }
    int most = batch.most();
    settling.execute(() -> {
      var fresh = due.keys().stream().flatMap(key -> Stream.ofNullable(inbox.take(key))).toList();
      connection.acknowledge(
          due.oldestOnly()
              ? oldestFirst.round(fresh, most, connection::acknowledgeOldest)
              : Stream.of(oldestFirst.takeAll(), fresh).flatMap(List::stream).toList());
    });
  }

  /** Adds work on a queue's waiting messages, which begins when the calls so far were made. */
  private void addToBacklog(String queue, Runnable work) {
    var thread = backlogs.computeIfAbsent(queue, name -> new SerialExecutor("backlog-of-" + name));
    add(() -> thread.execute(work));
  }

  /** Adds work behind the acknowledgements that wait. */
  private void add(Runnable work) {
    flush();
    settling.execute(work);
  }

  void requeue(DeliveryKey key) {
    add(() -> {
      var delivery = inbox.take(key);
      if (delivery != null) {
        connection.requeue(delivery);
      }
    });
  }

  /** Makes the broker move a delivery to the dead letters. */
  void reject(DeliveryKey key) {
    add(() -> {
      var delivery = inbox.take(key);
      if (delivery != null) {
        connection.reject(delivery);
      }
    });
  }

  void barrier(Effect.Barrier barrier) {
    add(() -> {
      Event answer;
      try {
        connection.barrier(barrier.queue());
        answer = new Event.BarrierPassed(barrier.token());
      } catch (BrokerException e) {
        answer = new Event.BarrierFailed(barrier.token(), String.valueOf(e.getMessage()));
      }
      events.accept(answer);
    });
  }

  /**
   * Drops the waiting messages of a queue.
   *
   * @param tell answers who waits for a message's result; the message is dropped only then
   */
  void purge(Effect.PurgeBacklog purge, Function<Delivery, CompletionStage<?>> tell) {
    addToBacklog(
        purge.queue(),
        () -> {
          Event answer;
          try {
            var purged = connection.purge(purge.queue(), tell, PURGE_PATIENCE);
            answer = new Event.BacklogDone(purge.token(), purged.dropped(), purged.unread());
          } catch (BrokerException e) {
            answer = new Event.BacklogFailed(purge.token(), 0, String.valueOf(e.getMessage()));
          }
          events.accept(answer);
        });
  }

  /**
   * Moves the waiting messages of a queue to the dead letters.
   *
   * @param publishCopy publishes the copy of a message; the message is acknowledged only when its
   *     copy is confirmed
   */
  void sweep(
      Effect.DeadLetterBacklog sweep,
      Function<Delivery, CompletionStage<PublishOutcome>> publishCopy) {
    addToBacklog(
        sweep.queue(),
        () -> {
          Event answer;
          try {
            var swept =
                connection.sweep(
                    sweep.queue(),
                    delivery -> publishCopy.apply(delivery).thenApply(TaskDeliveries::moved));
            answer =
                swept.complete()
                    ? new Event.BacklogDone(sweep.token(), swept.moved())
                    : new Event.BacklogFailed(
                        sweep.token(), swept.moved(), "not all could be moved");
          } catch (BrokerException e) {
            answer = new Event.BacklogFailed(sweep.token(), 0, String.valueOf(e.getMessage()));
          }
          events.accept(answer);
        });
  }

  private static TaskIntake.Moved moved(PublishOutcome outcome) {
    return switch (outcome) {
      case PublishOutcome.Confirmed _ -> TaskIntake.Moved.COPIED;
      case PublishOutcome.Unpublishable _ -> TaskIntake.Moved.UNPUBLISHABLE;
      case PublishOutcome.Unroutable _, PublishOutcome.Refused _, PublishOutcome.Unknown _ ->
          TaskIntake.Moved.FAILED;
    };
  }

  /** Finishes the calls so far, for at most {@code timeout}, and ends the thread. */
  void finish(Duration timeout) {
    long until = System.nanoTime() + timeout.toNanos();
    boolean isSettled = settling.finish(timeout);
    backlogs.values().forEach(one -> one.close(Duration.ofNanos(until - System.nanoTime())));
    if (!isSettled) {
      LOG.warn(
          "some tasks were not settled within {} s: the broker will redeliver them",
          timeout.toSeconds());
      settling.close();
    }
  }
}
