package dev.warrener.controller.fleet;

import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.task.InvalidTask;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.ReceivedTask;
import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The reasons why a task never runs, for the publisher that waits for its result.
 *
 * @param outcome the outcome that its result has
 * @param error the reason, in a sentence
 * @param order the order that decided so, or null
 * @param earlierOutcome of a duplicate: how the task that has its id ended, or null
 */
public record NeverRun(
    Outcome outcome, TaskError error, @Nullable String order, @Nullable Outcome earlierOutcome) {

  static NeverRun because(Outcome outcome, TaskError error, @Nullable String order) {
    return new NeverRun(outcome, error, order, null);
  }

  /** Returns the reason for a task that an order drops, with what waits in its queue. */
  public static NeverRun purgedBy(Order order) {
    return because(
        Outcome.PURGED,
        new TaskError(
            "purged",
            "it waited, and was dropped by the "
                + (order.kind() == OrderKind.PURGE ? "purge" : "kill")
                + " "
                + order.id()
                + " of "
                + order.issuedBy()
                + ": "
                + order.reason(),
            null),
        order.id());
  }

  /** Returns the reason for a task that an order moves to the dead letters. */
  public static NeverRun killedBy(Order order) {
    return because(
        Outcome.KILLED,
        new TaskError("killed", "killed by " + order.issuedBy() + ": " + order.reason(), null),
        order.id());
  }

  /** Returns the result of a message that never runs, as a controller publishes it. */
  public ResultMessage of(ReceivedTask message, String controller, Instant at) {
    var result =
        switch (message) {
          case Task task ->
              ResultMessage.builder(task.id(), outcome)
                  .queue(task.queue())
                  .batch(task.batch())
                  .attempt(task.attempt());
          case InvalidTask invalid ->
              ResultMessage.builder(invalid.id() == null ? "" : invalid.id(), outcome)
                  .queue(invalid.queue());
        };
    return result
        .finishedAt(at)
        .controller(controller)
        .error(error)
        .order(order)
        .earlierOutcome(earlierOutcome)
        .build();
  }
}
