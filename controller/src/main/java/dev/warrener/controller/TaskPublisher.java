package dev.warrener.controller;

import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.inbox.TaskInbox;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.SerialExecutor;
import dev.warrener.messaging.broker.TaskCodec;
import dev.warrener.messaging.broker.publishing.ConfirmedPublisher;
import dev.warrener.messaging.broker.publishing.PublishOutcome;
import dev.warrener.messaging.broker.reports.Reporter;
import dev.warrener.messaging.broker.tasks.Delivery;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.json.MalformedMessageException;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Publishes results, and copies of tasks that are moved to a retry or dead-letter queue, on a
 * thread of its own. Posts an event when the broker has confirmed what carries a token: only then
 * is the task itself acknowledged.
 */
final class TaskPublisher {
  /** How long after a failure it is reported, so that the retry is not a tight loop. */
  private static final Duration BEFORE_RETRY = Duration.ofSeconds(1);

  private final Namespace namespace;
  private final String user;
  private final TaskInbox inbox;
  private final ConfirmedPublisher publisher;
  private final Reporter reporter;
  private final Timers timers;
  private final Consumer<Event> events;
  private final SerialExecutor publishing = new SerialExecutor("publishing");

  TaskPublisher(
      BrokerAccess access,
      TaskInbox inbox,
      ConfirmedPublisher publisher,
      Reporter reporter,
      Timers timers,
      Consumer<Event> events) {
    this.namespace = access.namespace();
    this.user = access.address().user();
    this.inbox = inbox;
    this.publisher = publisher;
    this.reporter = reporter;
    this.timers = timers;
    this.events = events;
  }

  /** Publishes a copy of a task to another queue. */
  void move(Effect.Move move) {
    publishing.execute(() -> publishCopy(move));
  }

  private void publishCopy(Effect.Move move) {
    var message = inbox.message(move.delivery());
    if (message == null) {
      events.accept(new Event.PublishFailed(move.token(), "the connection was lost"));
      return;
    }
    answer(
        move.token(),
        publisher.publish(
            namespace.tasksExchange(),
            move.routingKey(),
            TaskCodec.withHeaders(message, move.headers()).withUserId(user)));
  }

  /** Publishes the copy of a message to its dead-letter queue, on the caller's thread. */
  CompletionStage<PublishOutcome> publishDead(Delivery delivery, Effect.DeadLetterBacklog sweep) {
    return publisher.publish(
        namespace.tasksExchange(),
        namespace.deadKey(sweep.queue()),
        TaskCodec.withHeaders(delivery.message(), sweep.headers()).withUserId(user));
  }

  /** Publishes a task's result to its reply queue. */
  void sendResult(Effect.SendResult send) {
    publishing.execute(() ->
        answer(
            send.token(), reporter.result(withValue(send), send.replyTo(), send.correlationId())));
  }

  private static ResultMessage withValue(Effect.SendResult send) {
    var result = send.result();
    if (result.outcome() != Outcome.SUCCEEDED || send.value().length() == 0) {
      return result;
    }
    var json = send.contentType().equals(Task.JSON) ? jsonOrNull(send.value()) : null;
    return new ResultMessage(
        result.version(),
        result.task(),
        result.queue(),
        result.batch(),
        result.outcome(),
        result.attempt(),
        result.startedAt(),
        result.finishedAt(),
        result.controller(),
        result.worker(),
        result.error(),
        json,
        json == null ? Base64.getEncoder().encodeToString(send.value().bytes()) : null,
        result.order());
  }

  private static @Nullable JsonNode jsonOrNull(Body value) {
    try {
      return ContractJson.tree(value.bytes());
    } catch (MalformedMessageException e) {
      return null;
    }
  }

  private void answer(long token, CompletionStage<PublishOutcome> outcome) {
    if (token == 0) {
      return;
    }
    var _ =
        outcome.thenAccept(what -> {
          switch (what) {
            case PublishOutcome.Confirmed _ -> events.accept(new Event.Published(token));
            case PublishOutcome.Unroutable unroutable ->
                failLater(token, "no queue for " + unroutable.routingKey());
            case PublishOutcome.Refused refused -> failLater(token, refused.because());
            case PublishOutcome.Unknown unknown -> failLater(token, unknown.because());
          }
        });
  }

  private void failLater(long token, String reason) {
    timers.after(BEFORE_RETRY, () -> events.accept(new Event.PublishFailed(token, reason)));
  }

  /** Publishes what was handed over so far, for at most {@code timeout}, and ends the thread. */
  void finish(Duration timeout) {
    publishing.close(timeout);
  }
}
