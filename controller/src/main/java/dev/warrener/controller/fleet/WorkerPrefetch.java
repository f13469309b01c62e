package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.FleetState.Phase;
import dev.warrener.controller.fleet.state.FleetState.QueueState;
import dev.warrener.controller.fleet.state.Holds;
import dev.warrener.controller.fleet.state.Revocations;
import dev.warrener.controller.fleet.state.ScopeMatcher;
import dev.warrener.controller.fleet.state.Slot;
import dev.warrener.controller.fleet.state.TaskRun;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Tasks that a worker has before it is free, so that between two short ones it waits for nobody.
 * One that it has not started counts as waiting: it is taken back when it may not start any more,
 * or when what runs before it turns out to be long, and an order waits for the worker's word on it.
 */
final class WorkerPrefetch {
  /** How long a worker may take to say what became of a task that it is to give back. */
  static final Duration ANSWER = Duration.ofSeconds(5);

  /** How long a kill waits at most for what a worker has ahead of it, so as to hit nothing else. */
  static final Duration AIM = Duration.ofSeconds(1);

  private final Transition step;

  // What the tasks at the workers were last held against.
  private Holds holds;
  private Revocations revocations;
  private boolean mayDispatch;

  WorkerPrefetch(Transition step) {
    this.step = step;
    holds = step.holds;
    revocations = step.revocations;
    mayDispatch = mayDispatch();
  }

  private boolean mayDispatch() {
    return step.connected && step.synced && step.phase == Phase.RUNNING;
  }

  // Handing out.

  /**
   * Hands what still waits to workers that are busy with short tasks: to those that have used up
   * half of what they may have, several at a time, since each time wakes them; and evenly.
   */
  void handOut() {
    for (var queue : step.queues.values()) {
      if (queue.waiting().isEmpty()) {
        continue;
      }
      int most = most(queue);
      if (most == 0) {
        continue;
      }
      var hungry = hungry(queue.name(), most / 2);
      for (int depth = 1; depth <= most && !hungry.isEmpty() && waits(queue.name()); depth++) {
        giveOneEach(hungry, depth);
      }
      watch();
    }
  }

  /** The workers of a queue that are busy and have at most so many tasks ahead. */
  private List<Integer> hungry(String name, int least) {
    List<Integer> numbers = List.of();
    for (var slot : step.slots.values()) {
      if (slot.process() instanceof Slot.Busy busy
          && busy.ahead().size() <= least
          && slot.queue().equals(name)
          && !isLong(slot, busy)
          && !step.supervision.held(slot)) {
        numbers = numbers.isEmpty() ? new ArrayList<>() : numbers;
        numbers.add(slot.number());
      }
    }
    return numbers;
  }

  /** How many tasks a worker of that queue may have before it is free: few if they take long. */
  private int most(QueueState queue) {
    var ahead = step.settings.queue(queue.name()).ahead();
    long pace = Math.max(1, queue.paceNanos());
    return (int)
        Math.min(Math.min(ahead.most(), queue.takesAhead()), ahead.within().toNanos() / pace);
  }

  private boolean waits(String name) {
    var queue = step.queues.get(name);
    return queue != null && !queue.waiting().isEmpty();
  }

  private void giveOneEach(List<Integer> numbers, int depth) {
    for (int number : numbers) {
      var slot = step.slots.get(number);
      if (slot != null && slot.process() instanceof Slot.Busy busy && busy.ahead().size() < depth) {
        var run = step.placement.takeNext(slot);
        if (run != null) {
          step.put(slot.with(busy.with(busy.run(), busy.ahead().plus(run))));
          step.placement.dispatch(slot, run.task());
        }
      }
    }
  }

  private boolean isLong(Slot slot, Slot.Busy busy) {
    var within = step.settings.queue(slot.queue()).ahead().within();
    return busy.run().recalled() || step.now.instant().isAfter(busy.since().plus(within));
  }

  /** A run of that queue has ended: its tasks take about as long as the last few of them did. */
  void note(String name, Instant startedAt) {
    var queue = step.queues.get(name);
    if (queue == null || queue.takesAhead() == 0) {
      return;
    }
    var within = step.settings.queue(name).ahead().within();
    long took = Duration.between(startedAt, step.now.instant()).toNanos();
    long counted = Math.clamp(took, 0, within.multipliedBy(QueueState.UNKNOWN_PACE).toNanos());
    step.put(queue.withPace(queue.paceNanos() + (counted - queue.paceNanos()) / 4));
  }

  // Taking back.

  private void watch() {
    if (step.watchesAhead) {
      return;
    }
    Duration soonest = null;
    for (var slot : step.slots.values()) {
      if (!slot.ahead().isEmpty() && slot.process() instanceof Slot.Busy) {
        var within = step.settings.queue(slot.queue()).ahead().within();
        soonest = soonest == null || within.compareTo(soonest) < 0 ? within : soonest;
      }
    }
    if (soonest != null) {
      step.watchesAhead = true;
      step.schedule(new Timer.RecallDue(), step.now.instant().plus(soonest));
    }
  }

  /** Takes back what waits behind runs that turn out to be long, if there is a worker for it. */
  void recallDue() {
    step.watchesAhead = false;
    for (var slot : step.slots.values()) {
      if (slot.process() instanceof Slot.Busy busy
          && !busy.ahead().isEmpty()
          && isLong(slot, busy)
          && step.placement.hasFreeWorker(slot.queue())) {
        recallAll(slot, busy);
      }
    }
    watch();
  }

  /** Takes back what may not start any more, if that has changed. */
  // Asked at each event: what is the same object has not changed, and nothing else need be known.
  @SuppressWarnings("ReferenceEquality")
  void recallWhatMayNotStart() {
    if (holds == step.holds && revocations == step.revocations && mayDispatch == mayDispatch()) {
      return;
    }
    holds = step.holds;
    revocations = step.revocations;
    mayDispatch = mayDispatch();
    for (var slot : step.slots.values()) {
      var queue = step.queues.get(slot.queue());
      if (!(slot.process() instanceof Slot.Busy busy) || queue == null || queue.takesAhead() == 0) {
        continue;
      }
      var run = mayStart(slot, busy.run()) ? busy.run() : recall(slot, busy.run());
      var later = busy.ahead();
      for (int i = 0; i < later.size(); i++) {
        if (!mayStart(slot, later.get(i))) {
          later = later.with(i, recall(slot, later.get(i)));
        }
      }
      step.put(slot.with(busy.with(run, later)));
    }
  }

  private boolean mayStart(Slot slot, TaskRun run) {
    return run.started()
        || (mayDispatch
            && !step.supervision.held(slot)
            && step.placement.mayStart(slot, run.task()));
  }

  private TaskRun recall(Slot slot, TaskRun run) {
    if (run.recalled() || run.started()) {
      return run;
    }
    step.effects.add(new Effect.Recall(slot.key(), run.task().id(), run.task().attempt()));
    step.schedule(
        new Timer.RecallUnanswered(slot.key(), run.task().id(), run.task().attempt()),
        step.now.instant().plus(ANSWER));
    return run.recalling();
  }

  /**
   * Takes back all that a worker was handed to start later: when it is killed for the run that it
   * is at, it must not have begun another by then.
   */
  Slot recallAll(Slot slot, Slot.Busy busy) {
    var later = busy.ahead();
    for (int i = 0; i < later.size(); i++) {
      later = later.with(i, recall(slot, later.get(i)));
    }
    var recalled = slot.with(busy.with(busy.run(), later));
    step.put(recalled);
    return recalled;
  }

  /** Whether a worker still owes its word on a task of that scope that it is to give back. */
  boolean isOwedWordOn(Scope scope) {
    for (var slot : step.slots.values()) {
      if (slot.find(run -> run.recalled() && ScopeMatcher.run(step.settings, scope, slot, run))
          != null) {
        return true;
      }
    }
    return false;
  }

  /** Whether an order of that kind waits until what may not start is back. */
  static boolean isWaitedForBy(OrderKind kind) {
    return switch (kind) {
      case KILL, HOLD, DRAIN -> true;
      case RESUME, ROLL_CALL, PURGE -> false;
    };
  }
}
