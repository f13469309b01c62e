package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.TaskEvents;
import dev.warrener.controller.fleet.state.TaskRun;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.TaskEvent;
import dev.warrener.messaging.report.TaskEventKind;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.DeadReason;
import dev.warrener.messaging.task.InvalidTask;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import dev.warrener.messaging.task.TaskHeaders;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Publishes the events of tasks, and the results for publishers that asked for them. */
final class TaskReports {
  /** A run has started. */
  void started(Transition change, Task task, String worker) {
    if (change.settings.taskEvents() == TaskEvents.ALL) {
      event(change, TaskEventKind.STARTED, task, worker, null, null, null, null);
    }
  }

  /** An order has requeued the task of a killed run. */
  void requeued(Transition change, Task task, String worker, Order order) {
    if (change.settings.taskEvents() == TaskEvents.ALL) {
      event(change, TaskEventKind.REQUEUED, task, worker, null, null, order.reason(), order.id());
    }
  }

  /** A run has succeeded. */
  void succeeded(Transition change, Task task, String worker) {
    if (change.settings.taskEvents() == TaskEvents.ALL) {
      finished(change, task, worker, Outcome.SUCCEEDED, null, null);
    }
  }

  /** A run has ended. */
  void finished(
      Transition change,
      Task task,
      @Nullable String worker,
      Outcome outcome,
      @Nullable String detail,
      @Nullable String order) {
    event(change, TaskEventKind.FINISHED, task, worker, outcome, null, detail, order);
  }

  /** A task will be tried again. */
  void retrying(Transition change, Task task, int seconds) {
    event(
        change,
        TaskEventKind.RETRYING,
        task,
        null,
        null,
        null,
        "again after " + seconds + " s",
        null);
  }

  /** A task was dropped. */
  void dropped(Transition change, Task task, String detail, @Nullable String order) {
    event(change, TaskEventKind.DROPPED, task, null, null, null, detail, order);
  }

  /** A task goes to the dead letters. */
  void deadLettered(
      Transition change, Task task, DeadReason reason, String detail, @Nullable String order) {
    event(change, TaskEventKind.DEAD_LETTERED, task, null, null, reason, detail, order);
  }

  /** A message that is no task goes to the dead letters. */
  void invalid(Transition change, String queue, String id, InvalidTask invalid) {
    if (invalid.replyTo() != null) {
      var error = new TaskError(DeadReason.INVALID.wire(), invalid.because(), null);
      var result = NeverRun.because(Outcome.FAILED, error, null);
      send(
          change,
          result.of(invalid, change.settings.controller(), change.instant()),
          invalid.replyTo(),
          invalid.correlationId());
    }
    change.add(
        new Effect.TellTask(
            TaskEvent.builder(TaskEventKind.DEAD_LETTERED, id, queue)
                .controller(change.settings.controller())
                .reason(DeadReason.INVALID)
                .detail(invalid.because())
                .at(change.instant())
                .build()));
  }

  private static void event(
      Transition change,
      TaskEventKind kind,
      Task task,
      @Nullable String worker,
      @Nullable Outcome outcome,
      @Nullable DeadReason reason,
      @Nullable String detail,
      @Nullable String order) {
    change.add(
        new Effect.TellTask(
            TaskEvent.builder(kind, task.id(), task.queue())
                .batch(task.batch())
                .handler(task.handler())
                .attempt(task.attempt())
                .controller(change.settings.controller())
                .worker(worker)
                .outcome(outcome)
                .reason(reason)
                .detail(detail)
                .order(order)
                .traceparent(
                    task.headers().get(TaskHeaders.TRACEPARENT) instanceof String text
                        ? text
                        : null)
                .at(change.instant())
                .build()));
  }

  /**
   * Publishes the value of a successful run.
   *
   * @param token the token under which the broker answers, or 0 for no answer
   */
  void result(
      Transition change, long token, TaskRun run, String worker, Body value, String contentType) {
    result(
        change,
        token,
        run.task(),
        run.startedAt(),
        worker,
        Outcome.SUCCEEDED,
        value,
        contentType,
        null,
        null);
  }

  /** Publishes the failure of a run, if anybody asked for the result. */
  void failure(
      Transition change,
      TaskRun run,
      String worker,
      Outcome outcome,
      TaskError error,
      @Nullable String order) {
    result(
        change,
        0,
        run.task(),
        run.startedAt(),
        worker,
        outcome,
        Body.EMPTY,
        Task.JSON,
        error,
        order);
  }

  /** Publishes that a task never runs, if anybody asked for the result. */
  void neverRuns(
      Transition change, Task task, Outcome outcome, TaskError error, @Nullable String order) {
    neverRuns(change, task, NeverRun.because(outcome, error, order));
  }

  /** Publishes that an order dropped a task that waited, if anybody asked for the result. */
  void purged(Transition change, Task task, Order order) {
    neverRuns(change, task, NeverRun.purgedBy(order));
  }

  void neverRuns(Transition change, Task task, NeverRun why) {
    if (task.replyTo() != null) {
      send(
          change,
          why.of(task, change.settings.controller(), change.instant()),
          task.replyTo(),
          task.correlationId());
    }
  }

  private static void send(
      Transition change, ResultMessage result, String replyTo, @Nullable String correlationId) {
    change.add(new Effect.SendResult(0, result, Body.EMPTY, Task.JSON, replyTo, correlationId));
  }

  private static void result(
      Transition change,
      long token,
      Task task,
      @Nullable Instant startedAt,
      @Nullable String worker,
      Outcome outcome,
      Body value,
      String contentType,
      @Nullable TaskError error,
      @Nullable String order) {
    var replyTo = task.replyTo();
    if (replyTo == null) {
      return;
    }
    var result =
        ResultMessage.builder(task.id(), outcome)
            .queue(task.queue())
            .batch(task.batch())
            .attempt(task.attempt())
            .startedAt(startedAt == null ? null : change.now.shown(startedAt))
            .finishedAt(change.instant())
            .controller(change.settings.controller())
            .worker(worker)
            .error(error)
            .order(order)
            .build();
    change.add(
        new Effect.SendResult(token, result, value, contentType, replyTo, task.correlationId()));
  }
}
