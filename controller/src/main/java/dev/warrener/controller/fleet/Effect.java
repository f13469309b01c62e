package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.RetainedRestrictions;
import dev.warrener.controller.process.WorkerKey;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.TaskEvent;
import dev.warrener.messaging.report.WorkerEvent;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Something to be done, in the order given. */
public sealed interface Effect {
  /** Start a worker process for a queue. */
  record Spawn(WorkerKey worker, String queue) implements Effect {}

  /** Hand a task to a worker, which starts it when those that it was handed before have ended. */
  record Dispatch(WorkerKey worker, Task task, @Nullable Duration timeout) implements Effect {}

  /** Tell a worker to give a task back that it has not started. */
  record Recall(WorkerKey worker, String task, int attempt) implements Effect {}

  /** Tell a handler to stop, and send its process group SIGTERM. */
  record AskToEnd(WorkerKey worker, @Nullable String task, int attempt, String reason)
      implements Effect {}

  /** SIGKILL the trees of all these workers, at once. */
  record Kill(List<WorkerKey> workers) implements Effect {}

  /** Start consuming a queue. */
  record Consume(String queue, int prefetch) implements Effect {}

  /** Stop consuming a queue; what was delivered stays ours to settle. */
  record CancelConsumer(String queue) implements Effect {}

  /** Acknowledge a delivery. */
  record Acknowledge(DeliveryKey delivery) implements Effect {}

  /** Give a delivery back to its queue, uncharged. */
  record Requeue(DeliveryKey delivery) implements Effect {}

  /**
   * Publish a copy of a delivery and answer with the token; the delivery is acknowledged by a later
   * effect.
   *
   * @param routingKey on the tasks exchange
   * @param headers set on the copy; a null value removes the header
   */
  record Move(
      long token, DeliveryKey delivery, String routingKey, Map<String, @Nullable Object> headers)
      implements Effect {}

  /** Make the broker show that it took all earlier settlements on a queue. */
  record Barrier(long token, String queue) implements Effect {}

  /** Drop the waiting tasks of a queue and of its retry queues. */
  record PurgeBacklog(long token, String queue) implements Effect {}

  /** Move the waiting tasks of a queue and of its retry queues to its dead letters. */
  record DeadLetterBacklog(long token, String queue, Map<String, @Nullable Object> headers)
      implements Effect {}

  /** Publish a report, to the reports exchange and to {@code replyTo} if given. */
  record Say(Report report, @Nullable String replyTo) implements Effect {}

  /**
   * Publish a result, and answer with the token unless it is 0.
   *
   * @param result all but the value
   * @param value what the handler returned
   */
  record SendResult(
      long token,
      ResultMessage result,
      Body value,
      String contentType,
      String replyTo,
      @Nullable String correlationId)
      implements Effect {}

  /** Publish what happened to a task. */
  record TellTask(TaskEvent event) implements Effect {}

  /** Publish what happened to a worker. */
  record TellWorker(WorkerEvent event) implements Effect {}

  /** Show at the broker whether any process of a worker lives here. */
  record ShowRunning(boolean any) implements Effect {}

  /** Consume the tripwire again. */
  record Rearm() implements Effect {}

  /** Write down what is to be remembered over a restart, and answer with the token. */
  record Keep(long token, RetainedRestrictions keepsake) implements Effect {}

  /** Write a line of the audit log. */
  record Audit(AuditEntry entry) implements Effect {}

  /** Set a timer. */
  record Schedule(Timer timer, Instant at) implements Effect {}

  /** Say something in the log. */
  record Log(boolean warning, String message) implements Effect {}

  /** End the controller, after all that was said before has been taken by the broker. */
  record End() implements Effect {}
}
