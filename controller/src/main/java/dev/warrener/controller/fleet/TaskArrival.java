package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.QueueState;
import dev.warrener.controller.fleet.state.TaskContent;
import dev.warrener.controller.fleet.state.TaskKey;
import dev.warrener.controller.fleet.state.TaskRun;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a task that is delivered, or comes back from a worker, waits here for a worker or
 * is settled at once.
 */
final class TaskArrival {
  /** The time that a held task waits in a retry queue before it is looked at again. */
  private static final Duration HELD = Duration.ofSeconds(5);

  private final TaskOutcomes outcomes;
  private final Duplicates duplicates;
  private final Suspects suspects;

  TaskArrival(TaskOutcomes outcomes, Duplicates duplicates, Suspects suspects) {
    this.outcomes = outcomes;
    this.duplicates = duplicates;
    this.suspects = suspects;
  }

  /** A task was delivered. */
  void delivered(Transition change, Event.Delivered delivered) {
    var key = delivered.key();
    var task = withEnd(delivered.task(), change.instant());
    var queue = change.queues.get(key.queue());
    if (!change.broker.isCurrent(key) || queue == null) {
      return;
    }
    change.memory = change.memory.pruned(change.pool, change.queues.values());
    boolean known = change.memory.isKnown(TaskKey.of(task));
    change.memory = change.memory.delivered(TaskKey.of(task));
    suspects.delivered(change, task, delivered.returns());
    if (known && adoptOrAcknowledgeCopy(change, key, task, queue)) {
      return;
    }
    if (dropIfDuplicate(change, key, task)) {
      return;
    }
    var before = change.memory.endedRun(task);
    if (before != null) {
      duplicates.settleAgain(change, key, task, before, delivered.redelivered());
    } else if (!settleAtOnceIfDue(change, key, task)) {
      if (queue.consuming() || change.orders.willSettleWaiting(queue.name())) {
        change.put(queue.plus(key.tag(), task));
      } else {
        // The task was on the wire when the consumer was cancelled.
        change.requeue(key);
      }
    }
  }

  /**
   * Settles the second copy of a task that is here, and returns whether this is one. A run whose
   * delivery was lost takes this delivery over; any other second copy is acknowledged. A message
   * that only has the task's id is no copy of it.
   */
  private boolean adoptOrAcknowledgeCopy(
      Transition change, DeliveryKey key, Task task, QueueState queue) {
    for (var slot : change.pool.slots()) {
      var run = slot.queue().equals(task.queue()) ? slot.find(task.id()) : null;
      if (run == null) {
        continue;
      }
      var where = run.started() ? "runs here" : "waits here";
      if (!isCopy(task, run.task())) {
        dropDuplicate(change, key, task, run.task(), where);
      } else if (run.delivery() == null && run.task().attempt() == task.attempt()) {
        change.put(slot.with(run, run.withDelivery(key)));
      } else if (task.attempt() <= run.task().attempt()) {
        acknowledgeCopy(change, key, task, where);
      } else {
        return false;
      }
      return true;
    }
    for (var waiting : queue.waiting().values()) {
      if (!waiting.id().equals(task.id())) {
        continue;
      }
      if (!isCopy(task, waiting)) {
        dropDuplicate(change, key, task, waiting, "waits here");
        return true;
      }
      if (waiting.attempt() >= task.attempt()) {
        acknowledgeCopy(change, key, task, "waits here");
        return true;
      }
    }
    return false;
  }

  /**
   * Drops a task whose id belongs to another task that has ended here, and returns whether it did.
   * What an operator has put back runs, whatever it is.
   */
  private boolean dropIfDuplicate(Transition change, DeliveryKey key, Task task) {
    var last = task.requeuedAt() == null ? change.memory.lastRun(TaskKey.of(task)) : null;
    if (last == null) {
      return false;
    }
    var content = TaskContent.of(task);
    if (last.content().equals(content)) {
      return false;
    }
    duplicates.drop(
        change,
        key,
        task,
        last.content().work() == content.work(),
        Duplicates.hasEnded(last),
        last.content().asker() != content.asker(),
        last.outcome());
    return true;
  }

  private static boolean isCopy(Task task, Task first) {
    return TaskContent.of(task).equals(TaskContent.of(first));
  }

  private void dropDuplicate(
      Transition change, DeliveryKey key, Task task, Task first, String where) {
    duplicates.drop(
        change,
        key,
        task,
        TaskContent.of(task).work() == TaskContent.of(first).work(),
        where
            + ", attempt "
            + first.attempt()
            + (first.publishedAt() == null ? "" : ", published at " + first.publishedAt()),
        TaskContent.askerOf(task) != TaskContent.askerOf(first),
        null);
  }

  private static void acknowledgeCopy(Transition change, DeliveryKey key, Task task, String where) {
    change.log(false, "a copy of task " + task.id() + ", which " + where + ", was acknowledged");
    change.acknowledge(key);
  }

  /** A message was delivered that is no task. */
  void invalid(Transition change, Event.DeliveredInvalid invalid) {
    if (change.broker.isCurrent(invalid.key())) {
      outcomes.invalid(change, invalid.key(), invalid.content());
    }
  }

  /** Settles a task that must not start, now or ever, and returns whether it did. */
  private boolean settleAtOnceIfDue(Transition change, DeliveryKey key, Task task) {
    var revocation = change.restrictions.revoked(change.settings, task);
    if (revocation != null) {
      outcomes.revoked(change, key, task, revocation);
      return true;
    }
    int lost = suspects.lossesIfTooMany(change, task);
    if (lost > 0) {
      outcomes.killedItsController(change, key, task, lost);
      return true;
    }
    if (isExpired(change, task)) {
      outcomes.expired(change, key, task);
      return true;
    }
    if (task.notBefore() != null && change.instant().isBefore(task.notBefore())) {
      defer(change, key, task, Duration.between(change.instant(), task.notBefore()));
      return true;
    }
    if (change.restrictions.taskHeld(change.settings, task)
        && !change.restrictions.queueHeld(change.settings, task.queue())) {
      defer(change, key, task, HELD);
      return true;
    }
    return false;
  }

  /** Sends a task to the retry queue with the longest delay that is not too long. */
  private void defer(Transition change, DeliveryKey key, Task task, Duration delay) {
    int seconds = Namespace.RETRY_SECONDS.getFirst();
    for (int candidate : Namespace.RETRY_SECONDS) {
      if (candidate <= delay.toSeconds()) {
        seconds = candidate;
      }
    }
    Map<String, @Nullable Object> headers = new HashMap<>();
    if (task.expiresAt() != null) {
      headers.put(TaskHeaders.EXPIRES_AT, task.expiresAt().toString());
    }
    outcomes.defer(change, key, task, seconds, headers);
  }

  /**
   * Returns a task with the time at which it expires, if it does. The broker has just handed it
   * out, so its expiration was not over there. What is left of it is known only from the time of
   * publishing, by another clock. If that time can't be right, the task has all of its expiration
   * from now on: no task expires because a clock is wrong.
   */
  private static Task withEnd(Task task, Instant now) {
    var expiration = task.expiration();
    if (task.expiresAt() != null || expiration == null) {
      return task;
    }
    var latest = now.plus(expiration);
    var published = task.publishedAt();
    var end = published == null ? latest : published.plus(expiration);
    boolean canBe = end.isAfter(now) && !end.isAfter(latest);
    return task.toBuilder().expiresAt(canBe ? end : latest).build();
  }

  /** Whether a task has waited for too long to be started. */
  static boolean isExpired(Transition change, Task task) {
    return task.expiresAt() != null && change.instant().isAfter(task.expiresAt());
  }

  /** Settles the waiting tasks that must not start any more, since restrictions have changed. */
  void checkWaiting(Transition change) {
    for (var queue : change.queues.values()) {
      for (var entry : queue.waiting().entrySet()) {
        var key = new DeliveryKey(change.broker.generation(), queue.name(), entry.getKey());
        if (settleAtOnceIfDue(change, key, entry.getValue())) {
          change.takeOut(key);
        }
      }
    }
  }

  /** Lets tasks that a worker was handed and never started wait again. */
  void waitAgain(Transition change, Iterable<TaskRun> runs) {
    for (var run : runs) {
      waitAgain(change, run);
    }
  }

  /** Lets a task that a worker was handed and never started wait again. */
  void waitAgain(Transition change, TaskRun run) {
    var delivery = run.delivery();
    if (delivery == null || !change.broker.isCurrent(delivery)) {
      return;
    }
    var queue = change.queues.get(delivery.queue());
    if (queue != null && !settleAtOnceIfDue(change, delivery, run.task())) {
      change.put(queue.plus(delivery.tag(), run.task()));
    }
  }
}
