package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.EndedRuns;
import dev.warrener.controller.fleet.state.EndedRuns.Rest;
import dev.warrener.controller.fleet.state.FleetState.Pending;
import dev.warrener.controller.fleet.state.FleetState.Phase;
import dev.warrener.controller.fleet.state.FleetState.QueueState;
import dev.warrener.controller.fleet.state.OrderProgress;
import dev.warrener.controller.fleet.state.Slot;
import dev.warrener.controller.fleet.state.TaskRun;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.task.DeadReason;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.pcollections.PVector;
import org.pcollections.TreePMap;

/** Where a delivered task goes: to a worker, to wait, elsewhere, or nowhere. */
final class Placement {
  private final Transition step;

  Placement(Transition step) {
    this.step = step;
  }

  void delivered(DeliveryKey key, Task task) {
    var queue = step.queues.get(key.queue());
    if (!step.isCurrent(key) || queue == null) {
      return;
    }
    if (isKnown(task.id()) && adoptedOrCopy(key, task, queue)) {
      return;
    }
    var before = step.ended.find(task);
    if (before != null) {
      settleAgain(key, task, before);
    } else if (!goesElsewhere(key, task)) {
      if (queue.consuming() || settlesLater(queue.name())) {
        step.put(queue.withWaiting(queue.waiting().plus(key.tag(), task)));
      } else {
        // It was on the wire when the consumer was cancelled.
        step.requeue(key);
      }
    }
  }

  /** Whether a task may have been here before; from now on it may. */
  private boolean isKnown(String task) {
    if (step.known.isFull()) {
      step.known = step.known.of(step.slots.values(), step.queues.values());
    }
    boolean known = step.known.contains(task);
    step.known = known ? step.known.plusAgain(task) : step.known.plus(task);
    return known;
  }

  /** The same task is here already: a run whose delivery was lost takes this one, a copy goes. */
  private boolean adoptedOrCopy(DeliveryKey key, Task task, QueueState queue) {
    for (var slot : step.slots.values()) {
      var run = runOf(slot, task.id());
      if (run == null) {
        continue;
      }
      if (run.delivery() == null && run.task().attempt() == task.attempt()) {
        step.put(with(slot, run, run.withDelivery(key)));
      } else if (task.attempt() <= run.task().attempt()) {
        step.log(
            false,
            "a copy of task "
                + task.id()
                + (run.started() ? ", which runs here," : ", which waits here,")
                + " was acknowledged");
        step.acknowledge(key);
      } else {
        return false;
      }
      return true;
    }
    for (var waiting : queue.waiting().values()) {
      if (waiting.id().equals(task.id()) && waiting.attempt() >= task.attempt()) {
        step.log(false, "a copy of task " + task.id() + ", which waits here, was acknowledged");
        step.acknowledge(key);
        return true;
      }
    }
    return false;
  }

  /** The run of that task at a worker, started or not, or null. */
  private static @Nullable TaskRun runOf(Slot slot, String task) {
    return slot.find(run -> run.task().id().equals(task));
  }

  private static Slot with(Slot slot, TaskRun before, TaskRun run) {
    return switch (slot.process()) {
      case Slot.Busy busy ->
          slot.with(
              before.equals(busy.run())
                  ? busy.with(run)
                  : busy.with(busy.run(), replaced(busy.ahead(), before, run)));
      case Slot.Dying dying ->
          slot.with(
              before.equals(dying.run())
                  ? dying.with(run, dying.end())
                  : dying.with(
                      dying.run(),
                      dying.end(),
                      replaced(dying.ahead(), before, run),
                      dying.ended()));
      case Slot.None _, Slot.BackingOff _, Slot.CrashLooping _, Slot.Starting _, Slot.Idle _ ->
          slot;
    };
  }

  private static PVector<TaskRun> replaced(PVector<TaskRun> runs, TaskRun before, TaskRun run) {
    int at = runs.indexOf(before);
    return at < 0 ? runs : runs.with(at, run);
  }

  private static Slot withoutDeliveries(Slot slot) {
    return switch (slot.process()) {
      case Slot.Busy busy ->
          slot.with(busy.with(busy.run().withDelivery(null), withoutDeliveries(busy.ahead())));
      case Slot.Dying dying -> {
        var ended = dying.ended();
        for (int i = 0; i < ended.size(); i++) {
          var one = ended.get(i);
          ended = ended.with(i, new Slot.Ended(one.run().withDelivery(null), one.end()));
        }
        var run = dying.run();
        yield slot.with(
            dying.with(
                run == null ? null : run.withDelivery(null),
                dying.end(),
                withoutDeliveries(dying.ahead()),
                ended));
      }
      case Slot.None _, Slot.BackingOff _, Slot.CrashLooping _, Slot.Starting _, Slot.Idle _ ->
          slot;
    };
  }

  private static PVector<TaskRun> withoutDeliveries(PVector<TaskRun> runs) {
    var lost = runs;
    for (int i = 0; i < runs.size(); i++) {
      lost = lost.with(i, runs.get(i).withDelivery(null));
    }
    return lost;
  }

  private void settleAgain(DeliveryKey key, Task task, EndedRuns.Ended before) {
    // What is owed is owed to the message of the last run; that of an earlier one is a leftover.
    Rest owed = task.attempt() == before.attempt() ? before.rest() : new Rest.Nothing();
    switch (owed) {
      case Rest.Nothing _ -> {
        step.log(false, "a copy of task " + task.id() + ", which has ended here, was acknowledged");
        step.acknowledge(key);
      }
      case Rest.Copy copy ->
          step.conclusion.move(key, task, copy.routingKey(), copy.headers(), null);
    }
  }

  /** Settles a task that must not start, now or ever; false if it may wait for a worker. */
  private boolean goesElsewhere(DeliveryKey key, Task task) {
    var revocation = step.revocations.find(step.settings.controller(), task, task.requeuedAt());
    if (revocation != null) {
      step.conclusion.meetsRevocation(key, task, revocation);
      return true;
    }
    var expiresAt = expiresAt(task);
    if (expiresAt != null && step.now.instant().isAfter(expiresAt)) {
      step.conclusion.deadLetter(
          key,
          task,
          DeadReason.EXPIRED,
          "it waited until after " + expiresAt,
          null,
          Outcome.FAILED);
      return true;
    }
    if (task.notBefore() != null && step.now.instant().isBefore(task.notBefore())) {
      defer(key, task, Duration.between(step.now.instant(), task.notBefore()));
      return true;
    }
    if (step.holds.taskHeld(step.settings.controller(), task)
        && !step.holds.queueHeld(step.settings.controller(), task.queue())) {
      defer(key, task, Duration.ofSeconds(5));
      return true;
    }
    return false;
  }

  /** Sends a task round by a retry queue, uncharged. */
  private void defer(DeliveryKey key, Task task, Duration delay) {
    int seconds = Namespace.RETRY_SECONDS.getFirst();
    for (int candidate : Namespace.RETRY_SECONDS) {
      if (candidate <= delay.toSeconds()) {
        seconds = candidate;
      }
    }
    Map<String, @Nullable Object> headers = new HashMap<>();
    var expiresAt = expiresAt(task);
    if (expiresAt != null) {
      headers.put(TaskHeaders.EXPIRES_AT, expiresAt.toString());
    }
    step.conclusion.move(key, task, task.queue() + ".retry." + seconds, headers, null);
  }

  void invalid(Event.DeliveredInvalid invalid) {
    if (!step.isCurrent(invalid.key())) {
      return;
    }
    step.conclusion.deadLetterInvalid(invalid.key(), invalid.content());
  }

  void consumptionEnded(Event.ConsumptionEnded event) {
    var queue = step.queues.get(event.queue());
    if (!step.connected || event.generation() != step.generation || queue == null) {
      return;
    }
    step.log(
        true, "the broker ended the consumption of queue " + event.queue() + ": " + event.reason());
    forgetDeliveries(queue);
    step.startLease(step.now.instant());
  }

  /** The task connection is lost: what was delivered here is the broker's again. */
  void forgetDeliveries() {
    for (var queue : step.queues.values()) {
      forgetDeliveries(queue);
    }
  }

  private void forgetDeliveries(QueueState queue) {
    step.put(queue.consuming(false).withWaiting(TreePMap.empty()));
    for (var slot : step.slots.values()) {
      if (slot.run() != null && slot.queue().equals(queue.name())) {
        step.put(withoutDeliveries(slot));
      }
    }
    step.orderSettlement.handedBack(queue.name());
    // Tags may start again: an answer that is still to come must not settle another delivery.
    for (var entry : step.pending.entrySet()) {
      switch (entry.getValue()) {
        case Pending.Copy copy when copy.delivery().queue().equals(queue.name()) ->
            step.pending =
                step.pending.plus(
                    entry.getKey(),
                    new Pending.Copy(
                        DeliveryKey.gone(queue.name()), copy.task(), copy.attempt(), copy.order()));
        case Pending.Result result when result.delivery().queue().equals(queue.name()) ->
            step.pending =
                step.pending.plus(
                    entry.getKey(), new Pending.Result(DeliveryKey.gone(queue.name())));
        case Pending.LateProof late when late.doomed().queue().equals(queue.name()) ->
            step.pending =
                step.pending.plus(
                    entry.getKey(),
                    new Pending.LateProof(late.order(), late.doomed().handedBack()));
        case Pending.Copy _,
            Pending.Result _,
            Pending.Proof _,
            Pending.LateProof _,
            Pending.Waiting _,
            Pending.Keeping _ -> {}
      }
    }
  }

  /** Looks again at all that waits here, since what may start has changed. */
  void replaceWaiting() {
    for (var queue : step.queues.values()) {
      for (var entry : queue.waiting().entrySet()) {
        var key = new DeliveryKey(step.generation, queue.name(), entry.getKey());
        if (goesElsewhere(key, entry.getValue())) {
          takeOut(key);
        }
      }
    }
  }

  /** Takes a task out of the waiting ones without settling it. */
  @Nullable Task takeOut(DeliveryKey key) {
    var queue = step.queues.get(key.queue());
    if (queue == null) {
      return null;
    }
    var task = queue.waiting().get(key.tag());
    step.put(queue.withWaiting(queue.waiting().minus(key.tag())));
    return task;
  }

  /** Puts tasks that were handed over but never started back to where they were. */
  void waitAgain(Iterable<TaskRun> runs) {
    runs.forEach(this::waitAgain);
  }

  /** Puts a task that was handed over but never started back to where it was. */
  void waitAgain(TaskRun run) {
    var delivery = run.delivery();
    if (delivery == null || !step.isCurrent(delivery)) {
      return;
    }
    var queue = step.queues.get(delivery.queue());
    if (queue != null && !goesElsewhere(delivery, run.task())) {
      step.put(queue.withWaiting(queue.waiting().plus(delivery.tag(), run.task())));
    }
  }

  void returnAllWaiting() {
    for (var queue : step.queues.values()) {
      returnWaiting(queue);
    }
  }

  private void returnWaiting(QueueState queue) {
    for (long tag : queue.waiting().keySet()) {
      step.requeue(new DeliveryKey(step.generation, queue.name(), tag));
    }
    step.put(queue.withWaiting(TreePMap.empty()));
  }

  /**
   * Consumes where there is work to be taken, and nowhere else.
   *
   * @return the queues that got tasks back
   */
  Set<String> consumeWanted() {
    var returned = new HashSet<String>();
    for (var name : step.queues.keySet()) {
      var queue = step.queues.get(name);
      if (queue == null) {
        continue;
      }
      boolean wanted = wanted(name);
      if (wanted && !queue.consuming()) {
        step.effects.add(new Effect.Consume(name, step.settings.queue(name).prefetch()));
        step.put(queue.consuming(true));
      } else if (!wanted && queue.consuming()) {
        step.effects.add(new Effect.CancelConsumer(name));
        queue = queue.consuming(false);
        step.put(queue);
      }
      // What waits is given back behind what was in flight, so that the order in the queue is kept.
      if (!wanted && !queue.waiting().isEmpty() && !settlesLater(name)) {
        returnWaiting(queue);
        returned.add(name);
      }
    }
    return returned;
  }

  private boolean wanted(String queue) {
    if (!step.connected
        || !step.synced
        || step.phase != Phase.RUNNING
        || step.holds.queueHeld(step.settings.controller(), queue)) {
      return false;
    }
    for (var slot : step.slots.values()) {
      if (slot.queue().equals(queue) && slot.proven() && mayWork(slot)) {
        return true;
      }
    }
    return false;
  }

  private boolean mayWork(Slot slot) {
    return !(slot.process() instanceof Slot.CrashLooping)
        && (slot.isLive() || !step.supervision.held(slot));
  }

  /** Whether an order is about to settle what waits in a queue. */
  private boolean settlesLater(String queue) {
    for (var order : step.orders.values()) {
      if ((order.stage() == OrderProgress.Stage.KILLING
              || order.stage() == OrderProgress.Stage.SETTLING)
          && order.order().scope().coversQueue(queue)
          && !order.targets().isEmpty()) {
        return true;
      }
    }
    return false;
  }

  void dispatchAll() {
    if (!step.connected || step.phase != Phase.RUNNING || !step.synced) {
      return;
    }
    for (var slot : step.slots.values()) {
      if (slot.process() instanceof Slot.Idle idle && !isSpare(slot.queue())) {
        var run = takeNext(slot);
        if (run != null) {
          step.put(slot.with(Slot.Busy.with(idle, run, step.now.instant())));
          dispatch(slot, run.task());
        }
      }
    }
    step.handedAhead.handOut();
  }

  /** Whether a worker of that queue could start a task now. */
  boolean hasFreeWorker(String queue) {
    for (var slot : step.slots.values()) {
      if (slot.queue().equals(queue)
          && slot.process() instanceof Slot.Idle
          && !step.supervision.held(slot)) {
        return !isSpare(queue);
      }
    }
    return false;
  }

  /** Whether as many of a queue's workers have a task as it is to have workers. */
  private boolean isSpare(String queue) {
    var settings = step.settings.queue(queue);
    if (settings.spares() == 0) {
      return false;
    }
    int busy = 0;
    for (var slot : step.slots.values()) {
      busy += slot.queue().equals(queue) && slot.run() != null ? 1 : 0;
    }
    return busy >= settings.workers();
  }

  /** Takes the first of the waiting tasks that a worker may start, or null if there is none. */
  @Nullable TaskRun takeNext(Slot slot) {
    var queue = step.queues.get(slot.queue());
    if (queue == null || queue.waiting().isEmpty() || step.supervision.held(slot)) {
      return null;
    }
    for (var entry : queue.waiting().entrySet()) {
      var task = entry.getValue();
      var key = new DeliveryKey(step.generation, queue.name(), entry.getKey());
      if (!queue.handlers().contains(task.handler()) && !queue.handlers().contains("*")) {
        takeOut(key);
        step.conclusion.deadLetterUnknownHandler(key, task, queue.handlers());
        continue;
      }
      if ((step.known.mayBeTwice(task.id()) && runsHere(task.id()))
          || step.holds.taskHeldOn(
              step.settings.controller(), step.settings.workerId(slot.number()), task)) {
        continue;
      }
      takeOut(key);
      return TaskRun.of(task, key);
    }
    return null;
  }

  void dispatch(Slot slot, Task task) {
    step.effects.add(new Effect.Dispatch(slot.key(), task, timeoutOf(task)));
  }

  /** Whether a task that a worker was handed may still start there. */
  boolean mayStart(Slot slot, Task task) {
    var controller = step.settings.controller();
    return !step.holds.taskHeldOn(controller, step.settings.workerId(slot.number()), task)
        && !step.holds.taskHeld(controller, task)
        && step.revocations.find(controller, task, task.requeuedAt()) == null;
  }

  private boolean runsHere(String task) {
    for (var slot : step.slots.values()) {
      if (runOf(slot, task) != null) {
        return true;
      }
    }
    return false;
  }

  @Nullable Duration timeoutOf(Task task) {
    if (task.timeout() != null) {
      return task.timeout();
    }
    var timeout = step.settings.queue(task.queue()).timeout();
    return timeout.isZero() ? null : timeout;
  }

  static @Nullable Instant expiresAt(Task task) {
    if (task.expiresAt() != null) {
      return task.expiresAt();
    }
    return task.expiration() == null || task.publishedAt() == null
        ? null
        : task.publishedAt().plus(task.expiration());
  }

  static TaskError error(String type, String message) {
    return new TaskError(type, message, null);
  }
}
