package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.Slot;
import dev.warrener.controller.fleet.state.TaskKey;
import dev.warrener.controller.fleet.state.TaskRun;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Hands waiting tasks to idle workers. */
final class Dispatch {
  private final TaskOutcomes outcomes;

  Dispatch(TaskOutcomes outcomes) {
    this.outcomes = outcomes;
  }

  /** Hands a task to each idle worker for whose queue one waits. */
  void toIdleWorkers(Transition change) {
    for (var slot : change.pool.slots()) {
      if (slot.process() instanceof Slot.Idle idle
          && waits(change, slot.queue())
          && !hasOnlySparesFree(change, slot.queue())) {
        var run = takeNext(change, slot, _ -> true);
        if (run != null) {
          change.put(slot.with(Slot.Busy.with(idle, run, change.instant())));
          send(change, slot, run.task());
        }
      }
    }
  }

  /** Whether a task of a queue waits here. */
  boolean waits(Transition change, String name) {
    var queue = change.queues.get(name);
    return queue != null && !queue.waiting().isEmpty();
  }

  /** Whether a worker of a queue could start a task now. */
  boolean hasFreeWorker(Transition change, String queue) {
    for (var slot : change.pool.ofQueue(queue)) {
      if (slot.process() instanceof Slot.Idle && !change.held(slot)) {
        return !hasOnlySparesFree(change, queue);
      }
    }
    return false;
  }

  private static boolean hasOnlySparesFree(Transition change, String queue) {
    return change.pool.hasOnlySparesFree(change.settings.queue(queue));
  }

  /**
   * Takes out the first waiting task that a worker may start.
   *
   * @param hasTime whether that task may go there; no later one goes in its place
   * @return null if there is none
   */
  @Nullable TaskRun takeNext(Transition change, Slot slot, Predicate<Task> hasTime) {
    var queue = change.queues.get(slot.queue());
    if (queue == null || queue.waiting().isEmpty() || change.held(slot)) {
      return null;
    }
    for (var entry : queue.waiting().entrySet()) {
      var task = entry.getValue();
      var key = new DeliveryKey(change.broker.generation(), queue.name(), entry.getKey());
      if (!queue.handles(task.handler())) {
        change.takeOut(key);
        outcomes.unknownHandler(change, key, task, queue.handlers());
      } else if (TaskArrival.isExpired(change, task)) {
        change.takeOut(key);
        outcomes.expired(change, key, task);
      } else if (mayStartNow(change, slot, task)) {
        if (!hasTime.test(task)) {
          return null;
        }
        change.takeOut(key);
        return TaskRun.of(task, key);
      }
    }
    return null;
  }

  private static boolean mayStartNow(Transition change, Slot slot, Task task) {
    var key = TaskKey.of(task);
    boolean runsHere = change.memory.mayBeTwice(key) && change.pool.has(key);
    return !runsHere
        && Suspects.mayRunBesideOthers(change, task)
        && !change.restrictions.taskHeldOn(change.settings, slot, task);
  }

  /** Sends a task to a worker. */
  void send(Transition change, Slot slot, Task task) {
    change.add(new Effect.Dispatch(slot.key(), task, timeoutOf(change, task)));
  }

  /** Returns the hard limit of a task's runs, or null if there is none. */
  static @Nullable Duration timeoutOf(Transition change, Task task) {
    if (task.timeout() != null) {
      return task.timeout();
    }
    var timeout = change.settings.queue(task.queue()).timeout();
    return timeout.isZero() ? null : timeout;
  }
}
