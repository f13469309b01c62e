package dev.warrener.controller;

import dev.warrener.controller.fleet.NeverRun;
import dev.warrener.messaging.broker.publishing.PublishOutcome;
import dev.warrener.messaging.broker.reports.Reporter;
import dev.warrener.messaging.broker.tasks.Delivery;
import dev.warrener.messaging.task.InvalidTask;
import dev.warrener.messaging.task.ReceivedTask;
import dev.warrener.messaging.task.Task;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Answers those who wait for the results of tasks that an order settles where they wait. */
record BacklogAnswers(String controller, Reporter reporter) {

  /** Publishes why a message never runs, if anybody waits for its result. */
  CompletionStage<PublishOutcome> tell(Delivery delivery, NeverRun why) {
    return switch (delivery.content()) {
      case Task task -> tell(task, task.replyTo(), task.correlationId(), why);
      case InvalidTask invalid -> tell(invalid, invalid.replyTo(), invalid.correlationId(), why);
    };
  }

  private CompletionStage<PublishOutcome> tell(
      ReceivedTask message,
      @Nullable String replyTo,
      @Nullable String correlationId,
      NeverRun why) {
    return replyTo == null
        ? CompletableFuture.completedFuture(new PublishOutcome.Confirmed())
        : reporter.result(why.of(message, controller, Instant.now()), replyTo, correlationId);
  }

  /** Tells it of a message that was moved to the dead letters; returns the outcome of that. */
  PublishOutcome tellIfMoved(Delivery delivery, NeverRun why, PublishOutcome outcome) {
    if (outcome instanceof PublishOutcome.Confirmed) {
      var _ = tell(delivery, why);
    }
    return outcome;
  }
}
