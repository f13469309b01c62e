package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.EndedRuns.Owed;
import dev.warrener.controller.fleet.state.FleetState.Phase;
import dev.warrener.controller.fleet.state.LostRuns;
import dev.warrener.controller.fleet.state.Pending;
import dev.warrener.controller.fleet.state.Revocations;
import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.controller.fleet.state.TaskRun;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.ShortText;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.task.DeadReason;
import dev.warrener.messaging.task.InvalidTask;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import dev.warrener.messaging.task.TaskHeaders;
import dev.warrener.worker.frame.ErrorType;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Decides how a task ends here: its settlement, its result, and the events about it. */
final class TaskOutcomes {
  /** The most bytes of a detail in a header: brokers limit the size of all headers. */
  private static final int LONGEST_DETAIL = 4_000;

  private static final int LONGEST_TYPE = 512;
  private static final int LONGEST_STACK = 8_000;

  /** The most crashes that are counted: a publisher may have written any number. */
  private static final int MOST_CRASHES = 1_000_000;

  private final TaskReports reports;

  TaskOutcomes(TaskReports reports) {
    this.reports = reports;
  }

  // Runs that have ended.

  /** A worker reported the end of a run. */
  void ended(Transition change, TaskRun run, String worker, RunEnd end) {
    if (end.error() == null) {
      succeeded(change, run, worker, end);
    } else if (!run.started() && end.error().type().equals(ErrorType.UNKNOWN_HANDLER)) {
      if (run.delivery() != null) {
        unknownHandler(change, run.delivery(), run.task(), end.error().message());
      }
    } else if (end.error().type().equals(ErrorType.TERMINATED)
        && (change.phase == Phase.DRAINING || change.phase == Phase.STOPPING)) {
      var why = "somebody signalled its command while the controller drained";
      change.log(false, "task " + run.task().id() + " starts again, uncharged: " + why);
      reports.finished(change, run.task(), worker, Outcome.LOST, why, null);
      change.requeue(run.delivery());
    } else {
      unsuccessful(change, run, worker, Outcome.FAILED, end.error());
    }
  }

  private void succeeded(Transition change, TaskRun run, String worker, RunEnd end) {
    var task = run.task();
    remember(change, task, new Owed.Nothing(), Outcome.SUCCEEDED);
    reports.succeeded(change, task, worker);
    var delivery = run.delivery();
    if (task.replyTo() == null) {
      if (delivery != null) {
        change.acknowledge(delivery);
      }
      return;
    }
    // The result goes first. If the task were acknowledged first, a crash could lose the result.
    long token = delivery == null ? 0 : change.ask(new Pending.Result(delivery));
    reports.result(change, token, run, worker, end.value(), end.contentType());
  }

  /** A run ended badly by itself: the task is tried again, unless this was the last time. */
  void unsuccessful(
      Transition change, TaskRun run, String worker, Outcome outcome, TaskError error) {
    var task = run.task();
    int crashes = crashesOf(task) + (outcome == Outcome.CRASHED ? 1 : 0);
    reports.finished(change, task, worker, outcome, error.message(), null);
    int maxAttempts = maxAttempts(change, task);
    // The reason is that of this run: a task that crashed before may also just fail.
    boolean poison = outcome == Outcome.CRASHED && crashes >= change.settings.poisonAfter();
    boolean hopeless = error.type().equals(ErrorType.INVALID_INPUT);
    if (!poison && !hopeless && task.attempt() < maxAttempts) {
      int seconds = retry(change, run, crashes);
      OutcomeLog.failed(
          change, task, maxAttempts, worker, outcome, error, OutcomeLog.retried(seconds));
      return;
    }
    var reason =
        poison
            ? DeadReason.POISON
            : switch (outcome) {
              case TIMED_OUT -> DeadReason.TIMED_OUT;
              case CRASHED -> DeadReason.CRASHED;
              case SUCCEEDED, FAILED, KILLED, LOST, DUPLICATE, EXPIRED, PURGED -> DeadReason.FAILED;
            };
    OutcomeLog.failed(change, task, maxAttempts, worker, outcome, error, OutcomeLog.dead(reason));
    String detail =
        poison
            ? "it killed its worker " + crashes + " times, the last time so: " + error.message()
            : error.message();
    if (outcome == Outcome.CRASHED && error.stack() != null) {
      detail += "; its last words: " + error.stack().replace("\n", " | ");
    }
    var headers = deadHeaders(change, reason, detail, null);
    headers.put(TaskHeaders.DEAD_TYPE, ShortText.ofBytes(error.type(), LONGEST_TYPE));
    if (outcome != Outcome.CRASHED && error.stack() != null && !error.stack().isBlank()) {
      headers.put(TaskHeaders.DEAD_STACK, StackText.ofBytes(error.stack(), LONGEST_STACK));
    }
    if (crashes > 0) {
      headers.put(TaskHeaders.CRASHES, crashes);
    }
    endWithCopy(change, run, deadKey(task.queue()), headers, outcome);
    reports.failure(change, run, worker, outcome, error, null);
    reports.deadLettered(change, task, reason, detail, null);
  }

  /** Schedules another run of a task. Returns the delay in seconds. */
  private int retry(Transition change, TaskRun run, int crashes) {
    var task = run.task();
    Map<String, @Nullable Object> headers = new HashMap<>();
    headers.put(TaskHeaders.ATTEMPT, task.attempt() + 1);
    // Only a task that was never started expires.
    headers.put(TaskHeaders.EXPIRES_AT, null);
    if (crashes > 0) {
      headers.put(TaskHeaders.CRASHES, crashes);
    }
    int seconds = retrySeconds(task);
    endWithCopy(change, run, Namespace.DEFAULT.retryKey(task.queue(), seconds), headers, null);
    reports.retrying(change, task, seconds);
    return seconds;
  }

  private static void endWithCopy(
      Transition change,
      TaskRun run,
      String routingKey,
      Map<String, @Nullable Object> headers,
      @Nullable Outcome outcome) {
    remember(change, run.task(), new Owed.Copy(routingKey, headers), outcome);
    if (run.delivery() != null) {
      move(change, run.delivery(), run.task(), routingKey, headers, null);
    }
  }

  // Runs whose fate an order decides.

  /** An order purges the task of a run that it killed. */
  void purged(Transition change, TaskRun run, String worker, Order order) {
    remember(change, run.task(), new Owed.Nothing(), Outcome.KILLED);
    if (run.delivery() != null) {
      change.acknowledge(run.delivery());
    }
    killed(change, run, worker, order);
  }

  /**
   * An order moves the task of a run that it killed to the dead letters.
   *
   * @return the token of the copy, or 0 if the broker has the delivery back
   */
  long killedToDeadLetters(Transition change, TaskRun run, String worker, Order order) {
    var headers = deadHeaders(change, DeadReason.KILLED, detailOf(order), order.id());
    var routingKey = deadKey(run.task().queue());
    remember(change, run.task(), new Owed.Copy(routingKey, headers), Outcome.KILLED);
    killed(change, run, worker, order);
    return run.delivery() == null
        ? 0
        : move(change, run.delivery(), run.task(), routingKey, headers, order.id());
  }

  private void killed(Transition change, TaskRun run, String worker, Order order) {
    reports.finished(change, run.task(), worker, Outcome.KILLED, order.reason(), order.id());
    reports.failure(
        change, run, worker, Outcome.KILLED, error(order.id(), order.reason()), order.id());
  }

  // Tasks that never run here.

  /** Settles a waiting task that is revoked. */
  void revoked(Transition change, DeliveryKey key, Task task, Revocations.Revocation revocation) {
    var order = revocation.order();
    if (revocation.fate() == Backlog.PURGE) {
      change.acknowledge(key);
      reports.dropped(change, task, "revoked: " + revocation.reason(), order);
    } else {
      reports.deadLettered(
          change, task, DeadReason.KILLED, "revoked: " + revocation.reason(), order);
      move(
          change,
          key,
          task,
          deadKey(task.queue()),
          deadHeaders(
              change,
              DeadReason.KILLED,
              "revoked by " + revocation.issuedBy() + ": " + revocation.reason(),
              order),
          null);
    }
    reports.neverRuns(change, task, Outcome.KILLED, error(order, revocation.reason()), order);
  }

  /** Quarantines a waiting task during whose runs this controller died too often. */
  void killedItsController(Transition change, DeliveryKey key, Task task, int losses) {
    deadLetter(
        change,
        key,
        task,
        DeadReason.POISON,
        "controller "
            + change.settings.controller()
            + " died "
            + losses
            + " times while this task ran; the broker had redelivered it at least "
            + LostRuns.RETURNS_BEFORE_SUSPECT
            + " times before",
        null,
        Outcome.CRASHED);
  }

  /** Moves a waiting task that has expired to the dead letters. */
  void expired(Transition change, DeliveryKey key, Task task) {
    var detail = "it waited until after " + task.expiresAt();
    deadLetter(change, key, task, DeadReason.EXPIRED, detail, null, Outcome.EXPIRED);
  }

  /**
   * Moves a waiting task to the dead letters by an order.
   *
   * @return the token of the copy, or 0 if the broker has the delivery back
   */
  long killedWaiting(Transition change, DeliveryKey key, Task task, Order order) {
    return deadLetter(
        change, key, task, DeadReason.KILLED, detailOf(order), order.id(), Outcome.KILLED);
  }

  /** Settles a waiting task for which its queue's workers have no handler. */
  void unknownHandler(Transition change, DeliveryKey key, Task task, Collection<String> handlers) {
    var names = new TreeSet<>(handlers);
    names.remove("");
    unknownHandler(
        change,
        key,
        task,
        "no handler \""
            + task.handler()
            + "\" here: the workers of queue "
            + task.queue()
            + " have "
            + (names.isEmpty() ? "none" : String.join(", ", names)));
  }

  /**
   * Moves a task for which there is no handler to the dead letters. If a handler can't be used here
   * it may be the one that is meant, and it may be there at another host, or later: the task is
   * tried again first, as after a failed run.
   */
  private void unknownHandler(Transition change, DeliveryKey key, Task task, String detail) {
    var queue = change.queues.get(task.queue());
    var unavailable = queue == null ? List.<String>of() : queue.unavailable();
    if (unavailable.isEmpty()) {
      deadLetter(change, key, task, DeadReason.INVALID, detail, null, Outcome.FAILED);
      return;
    }
    if (task.attempt() < maxAttempts(change, task)) {
      int seconds = retrySeconds(task);
      Map<String, @Nullable Object> headers = new HashMap<>();
      headers.put(TaskHeaders.ATTEMPT, task.attempt() + 1);
      defer(change, key, task, seconds, headers);
      reports.retrying(change, task, seconds);
      return;
    }
    var because =
        detail
            + ". One of these handlers may be the one that is missing: "
            + String.join("; ", unavailable);
    deadLetter(change, key, task, DeadReason.FAILED, because, null, Outcome.FAILED);
  }

  private static int retrySeconds(Task task) {
    var delays = Namespace.RETRY_SECONDS;
    return delays.get(Math.min(task.attempt() - 1, delays.size() - 1));
  }

  private long deadLetter(
      Transition change,
      DeliveryKey key,
      Task task,
      DeadReason reason,
      String detail,
      @Nullable String order,
      Outcome outcome) {
    var headers = deadHeaders(change, reason, detail, order);
    long token = move(change, key, task, deadKey(task.queue()), headers, order);
    if (order == null) {
      OutcomeLog.neverRuns(change, task, reason, detail);
    }
    reports.deadLettered(change, task, reason, detail, order);
    reports.neverRuns(change, task, outcome, new TaskError(reason.wire(), detail, null), order);
    return token;
  }

  /** Moves a message that is no task to the dead letters. */
  void invalid(Transition change, DeliveryKey key, InvalidTask invalid) {
    var headers = deadHeaders(change, DeadReason.INVALID, invalid.because(), null);
    var id = invalid.id() == null ? "" : invalid.id();
    long token = change.ask(new Pending.Copy(key, id, 0, null));
    change.add(new Effect.Move(token, key, deadKey(key.queue()), headers));
    change.log(true, "a message in queue " + key.queue() + " is no task: " + invalid.because());
    reports.invalid(change, key.queue(), id, invalid);
  }

  /** Sends a task back to its queue by a retry queue, uncharged. */
  void defer(
      Transition change,
      DeliveryKey key,
      Task task,
      int seconds,
      Map<String, @Nullable Object> headers) {
    move(change, key, task, Namespace.DEFAULT.retryKey(task.queue(), seconds), headers, null);
  }

  /**
   * Publishes a copy of a delivery; when the broker has the copy, the delivery is acknowledged.
   *
   * @return the token of the copy, or 0 if the broker has the delivery back
   */
  static long move(
      Transition change,
      DeliveryKey key,
      Task task,
      String routingKey,
      Map<String, @Nullable Object> headers,
      @Nullable String order) {
    if (!change.broker.isCurrent(key)) {
      return 0;
    }
    Map<String, @Nullable Object> changes = new HashMap<>(headers);
    if (task.requeuedAt() == null) {
      // The broker vouches for us as the publisher of the copy: what was not believed ends here.
      changes.put(TaskHeaders.REQUEUED_AT, null);
    }
    var retried = headers.containsKey(TaskHeaders.DEAD_REASON) ? null : task;
    long token =
        change.ask(new Pending.Copy(key, task.id(), task.attempt(), order, retried, false));
    change.add(new Effect.Move(token, key, routingKey, changes));
    return token;
  }

  /**
   * Settles a delivery whose copy can never be published. A task that was to be tried again goes to
   * the dead letters instead; what can't even get there is moved by the broker.
   *
   * @return the token of another copy, or 0 if there is none
   */
  long unpublishable(Transition change, Pending.Copy copy, String reason) {
    var task = copy.retried();
    if (task == null) {
      change.log(
          true,
          "task "
              + copy.task()
              + " can't be published again ("
              + reason
              + "): the broker moves it to the dead letters, where it has no x-dead-reason");
      change.reject(copy.delivery());
      return 0;
    }
    var detail = "it could not be put into a retry queue: " + reason;
    change.log(true, "task " + task.id() + ": " + detail);
    return deadLetter(
        change, copy.delivery(), task, DeadReason.INVALID, detail, null, Outcome.FAILED);
  }

  /** Returns the headers of the dead letters of an order. */
  Map<String, @Nullable Object> deadHeaders(Transition change, Order order) {
    return deadHeaders(change, DeadReason.KILLED, detailOf(order), order.id());
  }

  private static Map<String, @Nullable Object> deadHeaders(
      Transition change, DeadReason reason, String detail, @Nullable String order) {
    Map<String, @Nullable Object> headers = new HashMap<>();
    headers.put(TaskHeaders.DEAD_REASON, reason.wire());
    headers.put(TaskHeaders.DEAD_DETAIL, ShortText.ofBytes(detail, LONGEST_DETAIL));
    headers.put(TaskHeaders.DEAD_TYPE, null);
    headers.put(TaskHeaders.DEAD_STACK, null);
    headers.put(TaskHeaders.DEAD_ORDER, order);
    headers.put(TaskHeaders.DEAD_AT, change.instant().toString());
    headers.put(TaskHeaders.DEAD_CONTROLLER, change.settings.controller());
    return headers;
  }

  private static String detailOf(Order order) {
    return "killed by " + order.issuedBy() + ": " + order.reason();
  }

  private static TaskError error(String order, String reason) {
    return new TaskError("killed", "killed by order " + order + ": " + reason, null);
  }

  private static void remember(Transition change, Task task, Owed owed, @Nullable Outcome outcome) {
    change.memory =
        change.memory.remembering(
            task, owed, outcome, change.instant(), change.settings.duplicateWindow());
  }

  private static int maxAttempts(Transition change, Task task) {
    return task.maxAttempts() != null
        ? task.maxAttempts()
        : change.settings.queue(task.queue()).maxAttempts();
  }

  static int crashesOf(Task task) {
    return task.headers().get(TaskHeaders.CRASHES) instanceof Number number
        ? Math.clamp(number.longValue(), 0, MOST_CRASHES)
        : 0;
  }

  private static String deadKey(String queue) {
    return Namespace.DEFAULT.deadKey(queue);
  }
}
