package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.EndedRuns.Rest;
import dev.warrener.controller.fleet.state.FleetState.Pending;
import dev.warrener.controller.fleet.state.Revocations;
import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.controller.fleet.state.TaskEvents;
import dev.warrener.controller.fleet.state.TaskRun;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.order.Backlog;
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
import dev.warrener.worker.frame.ErrorType;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** How a task ends here: its settlement, its result, and what is told of it. */
final class TaskOutcomes {
  private final Transition step;

  TaskOutcomes(Transition step) {
    this.step = step;
  }

  /** A worker said that it starts a run. */
  void started(Task task, String worker) {
    if (step.settings.taskEvents() == TaskEvents.ALL) {
      tell(TaskEventKind.STARTED, task, worker, null, null, null, null);
    }
  }

  /** An order's fate for the run of a worker that it killed: it waits again. */
  void requeued(Task task, String worker, Order order) {
    if (step.settings.taskEvents() == TaskEvents.ALL) {
      tell(TaskEventKind.REQUEUED, task, worker, null, null, order.reason(), order.id());
    }
  }

  /** The handler returned. */
  void succeeded(TaskRun run, String worker, RunEnd end) {
    var task = run.task();
    remember(task, new Rest.Nothing());
    if (step.settings.taskEvents() == TaskEvents.ALL) {
      tellFinished(task, worker, Outcome.SUCCEEDED, null, null);
    }
    var delivery = run.delivery();
    if (task.replyTo() == null) {
      if (delivery != null) {
        step.acknowledge(delivery);
      }
      return;
    }
    // The result first: were the task acknowledged first, a crash between the two would lose it.
    long token = delivery == null ? 0 : step.nextToken(new Pending.Result(delivery));
    sendResult(
        token, task, run, worker, Outcome.SUCCEEDED, end.value(), end.contentType(), null, null);
  }

  /** The run ended badly, by itself: it is tried again, or it was the last time. */
  void unsuccessful(TaskRun run, String worker, Outcome outcome, TaskError error) {
    var task = run.task();
    int crashes = crashesOf(task) + (outcome == Outcome.CRASHED ? 1 : 0);
    tellFinished(task, worker, outcome, error.message(), null);
    boolean poison = crashes >= step.settings.poisonAfter();
    boolean hopeless = error.type().equals(ErrorType.INVALID_INPUT);
    if (!poison && !hopeless && task.attempt() < maxAttempts(task)) {
      Map<String, @Nullable Object> headers = new HashMap<>();
      headers.put(TaskHeaders.ATTEMPT, task.attempt() + 1);
      // Only what was never started expires.
      headers.put(TaskHeaders.EXPIRES_AT, null);
      if (crashes > 0) {
        headers.put(TaskHeaders.CRASHES, crashes);
      }
      var steps = Namespace.RETRY_SECONDS;
      int seconds = steps.get(Math.min(task.attempt() - 1, steps.size() - 1));
      endWithCopy(run, task.queue() + ".retry." + seconds, headers);
      tell(TaskEventKind.RETRYING, task, null, "again after " + seconds + " s", null);
      return;
    }
    var reason =
        poison
            ? DeadReason.POISON
            : switch (outcome) {
              case TIMED_OUT -> DeadReason.TIMED_OUT;
              case CRASHED -> DeadReason.CRASHED;
              case SUCCEEDED, FAILED, KILLED, LOST -> DeadReason.FAILED;
            };
    String detail =
        poison
            ? "it killed its worker " + crashes + " times, the last time so: " + error.message()
            : error.message();
    if (outcome == Outcome.CRASHED && error.stack() != null) {
      detail += "; its last words: " + error.stack().replace("\n", " | ");
    }
    var headers = deadHeaders(reason, detail, null);
    if (crashes > 0) {
      headers.put(TaskHeaders.CRASHES, crashes);
    }
    endWithCopy(run, deadKey(task.queue()), headers);
    if (task.replyTo() != null) {
      sendResult(0, task, run, worker, outcome, Body.EMPTY, Task.JSON, error, null);
    }
    tell(TaskEventKind.DEAD_LETTERED, task, reason, detail, null);
  }

  private void endWithCopy(TaskRun run, String routingKey, Map<String, @Nullable Object> headers) {
    remember(run.task(), new Rest.Copy(routingKey, headers));
    if (run.delivery() != null) {
      move(run.delivery(), run.task(), routingKey, headers, null);
    }
  }

  /** An order's fate for the run of a worker that it killed: gone. */
  void purged(TaskRun run, String worker, Order order) {
    remember(run.task(), new Rest.Nothing());
    if (run.delivery() != null) {
      step.acknowledge(run.delivery());
    }
    killed(run.task(), run, worker, order);
  }

  /** An order's fate for the run of a worker that it killed: among the dead letters. */
  long killedToDeadLetters(TaskRun run, String worker, Order order) {
    var headers = deadHeaders(DeadReason.KILLED, detailOf(order), order.id());
    remember(run.task(), new Rest.Copy(deadKey(run.task().queue()), headers));
    killed(run.task(), run, worker, order);
    return run.delivery() == null
        ? 0
        : move(run.delivery(), run.task(), deadKey(run.task().queue()), headers, order.id());
  }

  private void killed(Task task, @Nullable TaskRun run, @Nullable String worker, Order order) {
    tellFinished(task, worker, Outcome.KILLED, order.reason(), order.id());
    if (task.replyTo() != null) {
      sendResult(
          0,
          task,
          run,
          worker,
          Outcome.KILLED,
          Body.EMPTY,
          Task.JSON,
          error(order.id(), order.reason()),
          order.id());
    }
  }

  /** What waits and is revoked. */
  void meetsRevocation(DeliveryKey key, Task task, Revocations.Revocation revocation) {
    if (revocation.fate() == Backlog.PURGE) {
      step.acknowledge(key);
      tell(
          TaskEventKind.DROPPED, task, null, "revoked: " + revocation.reason(), revocation.order());
    } else {
      tell(
          TaskEventKind.DEAD_LETTERED,
          task,
          DeadReason.KILLED,
          "revoked: " + revocation.reason(),
          revocation.order());
      move(
          key,
          task,
          deadKey(task.queue()),
          deadHeaders(
              DeadReason.KILLED,
              "revoked by " + revocation.issuedBy() + ": " + revocation.reason(),
              revocation.order()),
          null);
    }
    if (task.replyTo() != null) {
      sendResult(
          0,
          task,
          null,
          null,
          Outcome.KILLED,
          Body.EMPTY,
          Task.JSON,
          error(revocation.order(), revocation.reason()),
          revocation.order());
    }
  }

  /** A waiting task that never runs. */
  long deadLetter(
      DeliveryKey key,
      Task task,
      DeadReason reason,
      String detail,
      @Nullable Order order,
      Outcome outcome) {
    long token =
        move(
            key,
            task,
            deadKey(task.queue()),
            deadHeaders(reason, detail, order == null ? null : order.id()),
            order == null ? null : order.id());
    tell(TaskEventKind.DEAD_LETTERED, task, reason, detail, order == null ? null : order.id());
    if (task.replyTo() != null) {
      sendResult(
          0,
          task,
          null,
          null,
          outcome,
          Body.EMPTY,
          Task.JSON,
          new TaskError(reason.wire(), detail, null),
          order == null ? null : order.id());
    }
    return token;
  }

  /** A worker said of a task that it has no handler for it. */
  void neverRunsHere(TaskRun run, String detail) {
    if (run.delivery() != null) {
      deadLetter(run.delivery(), run.task(), DeadReason.INVALID, detail, null, Outcome.FAILED);
    }
  }

  void deadLetterUnknownHandler(DeliveryKey key, Task task, Collection<String> handlers) {
    var names = new TreeSet<>(handlers);
    names.remove("");
    deadLetter(
        key,
        task,
        DeadReason.INVALID,
        "no handler \""
            + task.handler()
            + "\" here: the workers of queue "
            + task.queue()
            + " have "
            + (names.isEmpty() ? "none" : String.join(", ", names)),
        null,
        Outcome.FAILED);
  }

  void deadLetterInvalid(DeliveryKey key, InvalidTask invalid) {
    var headers = deadHeaders(DeadReason.INVALID, invalid.because(), null);
    var id = invalid.id() == null ? "" : invalid.id();
    long token = step.nextToken(new Pending.Copy(key, id, 0, null));
    step.effects.add(new Effect.Move(token, key, deadKey(key.queue()), headers));
    step.log(true, "a message in queue " + key.queue() + " is no task: " + invalid.because());
    step.effects.add(
        new Effect.TellTask(
            new TaskEvent(
                1,
                TaskEventKind.DEAD_LETTERED,
                id,
                key.queue(),
                null,
                null,
                1,
                step.settings.controller(),
                null,
                null,
                DeadReason.INVALID,
                invalid.because(),
                null,
                null,
                step.now.instant())));
  }

  /** Has a copy published; when the broker has it, the delivery is acknowledged. */
  long move(
      DeliveryKey key,
      Task task,
      String routingKey,
      Map<String, @Nullable Object> headers,
      @Nullable String order) {
    if (!step.isCurrent(key)) {
      return 0;
    }
    long token = step.nextToken(new Pending.Copy(key, task.id(), task.attempt(), order));
    step.effects.add(new Effect.Move(token, key, routingKey, headers));
    return token;
  }

  Map<String, @Nullable Object> deadHeaders(
      DeadReason reason, String detail, @Nullable String order) {
    Map<String, @Nullable Object> headers = new HashMap<>();
    headers.put(TaskHeaders.DEAD_REASON, reason.wire());
    headers.put(TaskHeaders.DEAD_DETAIL, shorten(detail));
    headers.put(TaskHeaders.DEAD_ORDER, order);
    headers.put(TaskHeaders.DEAD_AT, step.now.instant().toString());
    headers.put(TaskHeaders.DEAD_CONTROLLER, step.settings.controller());
    return headers;
  }

  String detailOf(Order order) {
    return "killed by " + order.issuedBy() + ": " + order.reason();
  }

  private static TaskError error(String order, String reason) {
    return new TaskError("killed", "killed by order " + order + ": " + reason, null);
  }

  private void remember(Task task, Rest rest) {
    step.ended = step.ended.plus(task, rest, step.now.instant(), step.settings.duplicateWindow());
  }

  private int maxAttempts(Task task) {
    return task.maxAttempts() != null
        ? task.maxAttempts()
        : step.settings.queue(task.queue()).maxAttempts();
  }

  private static int crashesOf(Task task) {
    return task.headers().get(TaskHeaders.CRASHES) instanceof Number number ? number.intValue() : 0;
  }

  private static String deadKey(String queue) {
    return Namespace.DEFAULT.deadKey(queue);
  }

  private static String shorten(String text) {
    return text.length() <= 2000 ? text : text.substring(0, 2000) + "…";
  }

  void tellFinished(
      Task task,
      @Nullable String worker,
      Outcome outcome,
      @Nullable String detail,
      @Nullable String order) {
    tell(TaskEventKind.FINISHED, task, worker, outcome, null, detail, order);
  }

  private void tell(
      TaskEventKind kind,
      Task task,
      @Nullable DeadReason reason,
      @Nullable String detail,
      @Nullable String order) {
    tell(kind, task, null, null, reason, detail, order);
  }

  private void tell(
      TaskEventKind kind,
      Task task,
      @Nullable String worker,
      @Nullable Outcome outcome,
      @Nullable DeadReason reason,
      @Nullable String detail,
      @Nullable String order) {
    step.effects.add(
        new Effect.TellTask(
            new TaskEvent(
                1,
                kind,
                task.id(),
                task.queue(),
                task.batch(),
                task.handler(),
                task.attempt(),
                step.settings.controller(),
                worker,
                outcome,
                reason,
                detail,
                order,
                task.headers().get("traceparent") instanceof String text ? text : null,
                step.now.instant())));
  }

  private void sendResult(
      long token,
      Task task,
      @Nullable TaskRun run,
      @Nullable String worker,
      Outcome outcome,
      Body value,
      String contentType,
      @Nullable TaskError error,
      @Nullable String order) {
    var result =
        new ResultMessage(
            1,
            task.id(),
            task.queue(),
            task.batch(),
            outcome,
            task.attempt(),
            run == null ? null : run.startedAt(),
            step.now.instant(),
            step.settings.controller(),
            worker,
            error,
            null,
            null,
            order);
    step.effects.add(
        new Effect.SendResult(
            token,
            result,
            value,
            contentType,
            Objects.requireNonNull(task.replyTo()),
            task.correlationId()));
  }
}
