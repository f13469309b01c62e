package dev.warrener.controller;

import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.inbox.TaskInbox;
import dev.warrener.controller.process.pipe.FrameMemory;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.FittingCopies;
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
import dev.warrener.messaging.task.TaskError;
import dev.warrener.messaging.task.TaskHeaders;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Publishes results, and copies of tasks that are moved to a retry or dead-letter queue, on a
 * thread of its own. Posts an event when the broker has confirmed what carries a token: only then
 * is the task itself acknowledged.
 */
final class TaskPublisher {
  private static final Logger LOG = LoggerFactory.getLogger(TaskPublisher.class);

  /** The type of the error in a result whose value the broker does not take. */
  private static final String RESULT_TOO_LARGE = "result-too-large";

  /** The delay before a failure is reported, so that the retry is not a tight loop. */
  private static final Duration BEFORE_RETRY = Duration.ofSeconds(1);

  private final Namespace namespace;
  private final String user;
  private final TaskInbox inbox;
  private final ConfirmedPublisher publisher;
  private final Reporter reporter;
  private final Timers timers;
  private final FrameMemory memory;
  private final Consumer<Event> events;
  private final SerialExecutor publishing = new SerialExecutor("publishing");

  TaskPublisher(
      BrokerAccess access,
      TaskInbox inbox,
      ConfirmedPublisher publisher,
      Reporter reporter,
      Timers timers,
      FrameMemory memory,
      Consumer<Event> events) {
    this.namespace = access.namespace();
    this.user = access.address().user();
    this.inbox = inbox;
    this.publisher = publisher;
    this.reporter = reporter;
    this.timers = timers;
    this.memory = memory;
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
    int frameMax = publisher.frameMax();
    boolean isDead = move.headers().containsKey(TaskHeaders.DEAD_REASON);
    var copy =
        (isDead
                ? FittingCopies.deadLetter(message, move.headers(), frameMax)
                : TaskCodec.withHeaders(message, move.headers()))
            .withUserId(user);
    var because = isDead ? null : FittingCopies.whyNotToRetry(copy, frameMax);
    if (because != null) {
      events.accept(new Event.PublishFailed(move.token(), because, true));
      return;
    }
    answer(move.token(), publisher.publish(namespace.tasksExchange(), move.routingKey(), copy));
  }

  /** Publishes the copy of a message to its dead-letter queue, on the caller's thread. */
  CompletionStage<PublishOutcome> publishDead(Delivery delivery, Effect.DeadLetterBacklog sweep) {
    return publisher.publish(
        namespace.tasksExchange(),
        namespace.deadKey(sweep.queue()),
        FittingCopies.deadLetter(delivery.message(), sweep.headers(), publisher.frameMax())
            .withUserId(user));
  }

  /** Publishes a task's result to its reply queue. A large one counts in memory until then. */
  void sendResult(Effect.SendResult send) {
    long bytes = send.value().length() > FrameMemory.SMALL_BYTES ? send.value().length() : 0;
    memory.take(bytes);
    publishing.execute(() -> {
      boolean isSent = false;
      try {
        var outcome =
            publish(send, withValue(send))
                .thenCompose(what ->
                    what instanceof PublishOutcome.Unpublishable tooLarge
                        ? publish(send, withoutValue(send, tooLarge.because()))
                        : CompletableFuture.completedFuture(what));
        isSent = true;
        var _ = outcome.whenComplete((what, error) -> memory.give(bytes));
        answerOfResult(send.token(), outcome);
      } finally {
        if (!isSent) {
          memory.give(bytes);
        }
      }
    });
  }

  private CompletableFuture<PublishOutcome> publish(Effect.SendResult send, ResultMessage result) {
    return reporter.result(result, send.replyTo(), send.correlationId());
  }

  /** Returns the result that says that the value could not be sent. */
  private static ResultMessage withoutValue(Effect.SendResult send, String because) {
    var result = send.result();
    LOG.warn(
        "task {} of queue {} has run, but its result can't be sent: {}",
        result.task(),
        result.queue(),
        because);
    return ResultMessage.builder(result.task(), Outcome.FAILED)
        .queue(result.queue())
        .batch(result.batch())
        .attempt(result.attempt())
        .startedAt(result.startedAt())
        .finishedAt(result.finishedAt())
        .controller(result.controller())
        .worker(result.worker())
        .error(
            new TaskError(
                RESULT_TOO_LARGE,
                "the task has run to its end, but its result can't be sent: "
                    + because
                    + "; store large results elsewhere and return where they are",
                null))
        .order(result.order())
        .build();
  }

  private static ResultMessage withValue(Effect.SendResult send) {
    var result = send.result();
    if (result.outcome() != Outcome.SUCCEEDED || send.value().length() == 0) {
      return result;
    }
    var json = send.contentType().equals(Task.JSON) ? jsonOrNull(send.value()) : null;
    return result.withValue(
        json, json == null ? Base64.getEncoder().encodeToString(send.value().bytes()) : null);
  }

  private static @Nullable JsonNode jsonOrNull(Body value) {
    try {
      return ContractJson.tree(value.bytes());
    } catch (MalformedMessageException e) {
      return null;
    }
  }

  /** Answers at once, whatever the outcome: a result that can't be delivered waits for nothing. */
  private void answerOfResult(long token, CompletionStage<PublishOutcome> outcome) {
    if (token == 0) {
      return;
    }
    var _ =
        outcome.thenAccept(what ->
            events.accept(
                what instanceof PublishOutcome.Confirmed
                    ? new Event.Published(token)
                    : new Event.PublishFailed(token, reason(what))));
  }

  private void answer(long token, CompletionStage<PublishOutcome> outcome) {
    if (token == 0) {
      return;
    }
    var _ =
        outcome.thenAccept(what -> {
          switch (what) {
            case PublishOutcome.Confirmed _ -> events.accept(new Event.Published(token));
            case PublishOutcome.Unpublishable never ->
                events.accept(new Event.PublishFailed(token, never.because(), true));
            case PublishOutcome.Unroutable _, PublishOutcome.Refused _, PublishOutcome.Unknown _ ->
                failLater(token, reason(what));
          }
        });
  }

  private static String reason(PublishOutcome failure) {
    return switch (failure) {
      case PublishOutcome.Confirmed _ -> "";
      case PublishOutcome.Unroutable unroutable ->
          "there is no queue for " + unroutable.routingKey();
      case PublishOutcome.Unpublishable never -> never.because();
      case PublishOutcome.Refused refused -> refused.because();
      case PublishOutcome.Unknown unknown -> unknown.because();
    };
  }

  private void failLater(long token, String reason) {
    timers.after(BEFORE_RETRY, () -> events.accept(new Event.PublishFailed(token, reason)));
  }

  /** Publishes what was handed over so far, for at most {@code timeout}, and ends the thread. */
  void finish(Duration timeout) {
    publishing.close(timeout);
  }
}
