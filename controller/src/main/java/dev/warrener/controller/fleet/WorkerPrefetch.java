package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.QueueState;
import dev.warrener.controller.fleet.state.ScopeMatcher;
import dev.warrener.controller.fleet.state.Slot;
import dev.warrener.controller.fleet.state.TaskRun;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.pcollections.PVector;

/**
 * Hands tasks to workers before they are free, so that a worker need not wait between two short
 * tasks.
 *
 * <p>A task that its worker has not started counts as waiting. It is taken back when it may not
 * start any more, when the run before it turns out to be long, or when it soon expires. Orders wait
 * until the worker has answered.
 */
final class WorkerPrefetch {
  /** The longest that a worker may take to answer when it is asked to return a task. */
  static final Duration ANSWER = Duration.ofSeconds(5);

  /** The longest that a kill of one run waits until its worker has returned its other tasks. */
  static final Duration DEFERRED = Duration.ofSeconds(1);

  /**
   * A task that expires sooner is at a worker only if the worker is free for it: time enough to
   * take it back.
   */
  private static final Duration SOON = Duration.ofMillis(500);

  /** The longest pause between two looks after the tasks that workers were handed for later. */
  private static final Duration LOOK_AFTER = Duration.ofMillis(250);

  private final Dispatch dispatch;

  WorkerPrefetch(Dispatch dispatch) {
    this.dispatch = dispatch;
  }

  // Handing out.

  /**
   * Hands waiting tasks to workers that are busy with short ones. Only workers that have used up
   * half of their tasks ahead get more, several at a time, because each hand-over wakes them. The
   * tasks are spread evenly.
   */
  void handOut(Transition change) {
    for (var queue : change.queues.values()) {
      if (queue.waiting().isEmpty()) {
        continue;
      }
      int most = most(change, queue);
      if (most == 0) {
        continue;
      }
      var hungry = hungry(change, queue.name(), most / 2);
      for (int depth = 1;
          depth <= most && !hungry.isEmpty() && dispatch.waits(change, queue.name());
          depth++) {
        giveOneEach(change, hungry, depth);
      }
      watch(change);
    }
  }

  /** Returns the numbers of a queue's busy workers that have at most {@code least} tasks ahead. */
  private static List<Integer> hungry(Transition change, String queue, int least) {
    List<Integer> numbers = List.of();
    for (var slot : change.pool.ofQueue(queue)) {
      if (slot.process() instanceof Slot.Busy busy
          && busy.ahead().size() <= least
          && !isLong(change, slot, busy)
          && !change.held(slot)) {
        numbers = numbers.isEmpty() ? new ArrayList<>() : numbers;
        numbers.add(slot.number());
      }
    }
    return numbers;
  }

  /** Returns the number of tasks that a worker of a queue may have ahead: few if they are long. */
  private static int most(Transition change, QueueState queue) {
    var ahead = change.settings.queue(queue.name()).ahead();
    long pace = Math.max(1, queue.paceNanos());
    return (int)
        Math.min(Math.min(ahead.most(), queue.takesAhead()), ahead.within().toNanos() / pace);
  }

  private void giveOneEach(Transition change, List<Integer> numbers, int depth) {
    for (int number : numbers) {
      var slot = change.pool.find(number);
      if (slot != null && slot.process() instanceof Slot.Busy busy && busy.ahead().size() < depth) {
        var run = dispatch.takeNext(change, slot, task -> !expiresSoon(change, task));
        if (run != null) {
          change.put(slot.with(busy.with(busy.run(), busy.ahead().plus(run))));
          dispatch.send(change, slot, run.task());
        }
      }
    }
  }

  private static boolean isLong(Transition change, Slot slot, Slot.Busy busy) {
    var within = change.settings.queue(slot.queue()).ahead().within();
    return busy.run().recalled() || change.instant().isAfter(busy.since().plus(within));
  }

  /** A run has ended: its duration is added to the average of its queue. */
  void noteDuration(Transition change, String name, Instant startedAt) {
    var took = Duration.between(startedAt, change.instant());
    Consumption.noteDuration(change, name, took);
    var queue = change.queues.get(name);
    if (queue == null || queue.takesAhead() == 0) {
      return;
    }
    var within = change.settings.queue(name).ahead().within();
    long most = within.multipliedBy(QueueState.UNKNOWN_PACE).toNanos();
    long counted = Math.clamp(took.toNanos(), 0, most);
    change.put(queue.withPace(queue.paceNanos() + (counted - queue.paceNanos()) / 4));
  }

  // Taking back.

  private static void watch(Transition change) {
    if (change.pool.watchesAhead()) {
      return;
    }
    Duration soonest = null;
    for (var slot : change.pool.slots()) {
      if (slot.process() instanceof Slot.Busy busy && !busy.ahead().isEmpty()) {
        var within = change.settings.queue(slot.queue()).ahead().within();
        soonest = soonest == null ? LOOK_AFTER : soonest;
        soonest = within.compareTo(soonest) < 0 ? within : soonest;
      }
    }
    if (soonest != null) {
      change.pool = change.pool.watchingAhead(true);
      change.schedule(new Timer.RecallDue(), change.instant().plus(soonest));
    }
  }

  /**
   * Takes back the tasks behind runs that turn out to be long, if another worker is free, here or
   * maybe at another host, and the tasks that soon expire.
   */
  void recallDue(Transition change) {
    change.pool = change.pool.watchingAhead(false);
    for (var slot : change.pool.slots()) {
      if (slot.process() instanceof Slot.Busy busy && !busy.ahead().isEmpty()) {
        if (isLong(change, slot, busy)
            && (dispatch.hasFreeWorker(change, slot.queue())
                || Consumption.isTooLong(change, slot.queue(), busy))) {
          recallAll(change, slot, busy);
        } else {
          var kept = recall(change, slot, busy.ahead(), run -> expiresSoon(change, run.task()));
          change.put(slot.with(busy.with(busy.run(), kept)));
        }
      }
    }
    watch(change);
  }

  private static boolean expiresSoon(Transition change, Task task) {
    return task.expiresAt() != null && change.instant().isAfter(task.expiresAt().minus(SOON));
  }

  /** Takes back the tasks that may not start any more, if what may start has changed. */
  void recallWhatMayNotStart(Transition change) {
    if (!change.hasChangedWhatMayStart()) {
      return;
    }
    for (var slot : change.pool.slots()) {
      var queue = change.queues.get(slot.queue());
      if (!(slot.process() instanceof Slot.Busy busy) || queue == null || queue.takesAhead() == 0) {
        continue;
      }
      var run = mayStart(change, slot, busy.run()) ? busy.run() : recall(change, slot, busy.run());
      var later = recall(change, slot, busy.ahead(), one -> !mayStart(change, slot, one));
      change.put(slot.with(busy.with(run, later)));
    }
  }

  private static boolean mayStart(Transition change, Slot slot, TaskRun run) {
    return run.started()
        || (change.mayDispatch()
            && !change.held(slot)
            && change.restrictions.mayStart(change.settings, slot, run.task()));
  }

  /** Takes back the tasks of a worker that the predicate chooses; returns them all. */
  private static PVector<TaskRun> recall(
      Transition change, Slot slot, PVector<TaskRun> ahead, Predicate<TaskRun> isChosen) {
    var later = ahead;
    for (int i = 0; i < later.size(); i++) {
      if (isChosen.test(later.get(i))) {
        later = later.with(i, recall(change, slot, later.get(i)));
      }
    }
    return later;
  }

  private static TaskRun recall(Transition change, Slot slot, TaskRun run) {
    if (run.recalled() || run.started()) {
      return run;
    }
    change.add(new Effect.Recall(slot.key(), run.task().id(), run.task().attempt()));
    change.schedule(
        new Timer.RecallUnanswered(slot.key(), run.task().id(), run.task().attempt()),
        change.instant().plus(ANSWER));
    return run.recalling(change.instant());
  }

  /**
   * Takes back all tasks that a worker was handed to start later. A worker that is killed for its
   * present run must not have begun another by then.
   */
  Slot recallAll(Transition change, Slot slot, Slot.Busy busy) {
    var later = recall(change, slot, busy.ahead(), _ -> true);
    var recalled = slot.with(busy.with(busy.run(), later));
    change.put(recalled);
    return recalled;
  }

  /** Whether an order must wait, because a worker has not answered about a task in its scope. */
  boolean isAwaitedBy(Transition change, OrderKind kind, Scope scope) {
    return isWaitedForBy(kind) && isUnanswered(change, scope);
  }

  private static boolean isUnanswered(Transition change, Scope scope) {
    for (var slot : change.pool.slots()) {
      if (slot.find(run -> run.recalled() && ScopeMatcher.run(change.settings, scope, slot, run))
          != null) {
        return true;
      }
    }
    return false;
  }

  private static boolean isWaitedForBy(OrderKind kind) {
    return switch (kind) {
      case KILL, HOLD, DRAIN -> true;
      case RESUME, ROLL_CALL, PURGE -> false;
    };
  }
}
