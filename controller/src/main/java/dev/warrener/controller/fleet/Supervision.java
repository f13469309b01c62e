package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.FleetState.Phase;
import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.controller.fleet.state.Slot;
import dev.warrener.controller.fleet.state.TaskRun;
import dev.warrener.controller.fleet.state.WithoutBroker;
import dev.warrener.controller.process.DeathCertificate;
import dev.warrener.controller.process.WorkerKey;
import dev.warrener.messaging.report.WorkerEvent;
import dev.warrener.messaging.report.WorkerEventKind;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.TaskError;
import dev.warrener.worker.frame.ErrorType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePSet;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/** The lives and deaths of workers. */
final class Supervision {
  /** A worker that lived shorter than this and finished nothing died in vain. */
  private static final Duration BRIEF = Duration.ofSeconds(1);

  private final Transition step;

  Supervision(Transition step) {
    this.step = step;
  }

  /** Starts processes where they are wanted. */
  void spawnWanted() {
    if (step.phase != Phase.RUNNING) {
      return;
    }
    for (var slot : step.slots.values()) {
      if (slot.process() instanceof Slot.None && !held(slot) && !frozen(slot)) {
        var next = slot.next(step.now.instant());
        step.put(next);
        step.effects.add(new Effect.Spawn(next.key(), next.queue()));
        step.schedule(
            new Timer.StartDeadline(next.key()),
            step.now.instant().plus(step.settings.startDeadline()));
      }
    }
  }

  /** Whether a hold keeps a slot from starting a process or a task. */
  boolean held(Slot slot) {
    return step.holds.workerHeld(
        step.settings.controller(), slot.queue(), step.settings.workerId(slot.number()));
  }

  /** Whether an order that killed the slot's worker is not over yet. */
  private boolean frozen(Slot slot) {
    for (var order : step.orders.values()) {
      for (var target : order.targets()) {
        if (target.slot() == slot.number()) {
          return true;
        }
      }
    }
    return false;
  }

  private @Nullable Slot find(WorkerKey worker) {
    var slot = step.slots.get(worker.slot());
    return slot != null && slot.incarnation() == worker.incarnation() ? slot : null;
  }

  void spawned(Event.Spawned spawned) {
    var slot = find(spawned.worker());
    if (slot == null) {
      return;
    }
    switch (slot.process()) {
      case Slot.Starting starting ->
          step.put(
              slot.with(new Slot.Starting(starting.since(), spawned.pid(), spawned.startTicks())));
      case Slot.Dying dying ->
          step.put(slot.with(dying.withProcess(spawned.pid(), spawned.startTicks())));
      case Slot.None _, Slot.BackingOff _, Slot.CrashLooping _, Slot.Idle _, Slot.Busy _ -> {}
    }
  }

  void spawnFailed(Event.SpawnFailed failed) {
    var slot = find(failed.worker());
    if (slot == null || !slot.isLive()) {
      return;
    }
    step.log(true, "worker " + id(slot) + " could not be started: " + failed.reason());
    if (slot.process() instanceof Slot.Dying dying) {
      // It was killed before it existed: there is nothing to certify, and nothing to wait for.
      dying.orders().forEach(order -> step.orderKilling.neverExisted(order, slot.key()));
      step.put(slot.with(new Slot.None(step.now.instant())));
      return;
    }
    restartAfterDeath(slot, true);
  }

  void ready(Event.Ready ready) {
    var slot = find(ready.worker());
    if (slot == null || !(slot.process() instanceof Slot.Starting starting)) {
      return;
    }
    var now = step.now.instant();
    step.put(slot.ready(new Slot.Idle(now, starting.pid(), starting.startTicks(), now, false)));
    var queue = step.queues.get(slot.queue());
    if (queue != null
        && (!queue.handlers().equals(HashTreePSet.from(ready.handlers()))
            || queue.takesAhead() != ready.ahead())) {
      step.put(queue.withHandlers(HashTreePSet.from(ready.handlers()), ready.ahead()));
    }
    tell(WorkerEventKind.READY, slot, starting.pid(), null, null);
  }

  void started(Event.Started started) {
    var slot = find(started.worker());
    var run = slot == null ? null : find(slot, started.task(), started.attempt());
    if (slot == null || run == null || run.started()) {
      return;
    }
    var begun = run.startedAt(step.now.instant());
    switch (slot.process()) {
      case Slot.Busy busy -> {
        if (busy.run().started()) {
          return;
        }
        var next = slot.with(busy.starting(begun, behind(busy.run(), busy.ahead(), run), at()));
        step.put(next);
        step.conclusion.started(run.task(), id(slot));
        var timeout = step.placement.timeoutOf(run.task());
        if (timeout != null) {
          step.schedule(
              new Timer.RunDeadline(slot.key(), started.task(), started.attempt()),
              step.now.instant().plus(timeout));
        }
        if (run.recalled()) {
          step.orderKilling.startedAllTheSame(next);
        }
      }
      case Slot.Dying dying -> {
        var last = dying.run();
        var end = dying.end();
        if (last == null || (last.started() && end == null)) {
          return;
        }
        step.put(
            slot.with(
                end == null
                    ? dying.with(begun, null, behind(last, dying.ahead(), run), dying.ended())
                    : dying.with(
                        begun,
                        null,
                        dying.ahead().minus(run),
                        dying.ended().plus(new Slot.Ended(last, end)))));
      }
      case Slot.None _, Slot.BackingOff _, Slot.CrashLooping _, Slot.Starting _, Slot.Idle _ -> {}
    }
  }

  /** What is left to start when {@code run} starts, which need not be the next one. */
  private static PVector<TaskRun> behind(TaskRun next, PVector<TaskRun> ahead, TaskRun run) {
    return next.equals(run) ? ahead : ahead.minus(run).plus(0, next);
  }

  private Instant at() {
    return step.now.instant();
  }

  void finished(Event.Finished finished) {
    var slot = find(finished.worker());
    var run = slot == null ? null : find(slot, finished.task(), finished.attempt());
    if (slot == null || run == null) {
      return;
    }
    boolean unstarted = run.isGivenBack(finished.end());
    switch (slot.process()) {
      case Slot.Busy busy -> {
        // Where nobody has asked for it it has failed, or it could go round for ever.
        boolean isBack = unstarted && run.recalled();
        if (run.equals(busy.run())) {
          step.put(
              isBack
                  ? slot.with(busy.after(at(), busy.fruitful()))
                  : slot.forgiven().with(busy.after(at(), true)));
        } else if (isBack || !busy.run().started()) {
          step.put(slot.with(busy.with(busy.run(), busy.ahead().minus(run))));
        } else {
          // One task at a time: it can't have ended before the one that runs.
          return;
        }
        if (isBack) {
          step.placement.waitAgain(run);
          return;
        }
        if (run.startedAt() != null) {
          step.handedAhead.note(slot.queue(), run.startedAt());
        }
        conclude(slot, run, finished.end());
      }
      // It ended before it was killed. It is settled when its tree is empty.
      case Slot.Dying dying -> {
        var last = dying.run();
        var end = dying.end();
        if (unstarted) {
          // It goes where the rest goes that has not started.
          return;
        }
        if (run.equals(last)) {
          step.put(slot.with(dying.with(run, finished.end())));
        } else if (last != null && end != null) {
          step.put(
              slot.with(
                  dying.with(
                      run,
                      finished.end(),
                      dying.ahead().minus(run),
                      dying.ended().plus(new Slot.Ended(last, end)))));
        } else if (last != null && !last.started()) {
          step.put(
              slot.with(
                  dying.with(
                      run, finished.end(), behind(last, dying.ahead(), run), dying.ended())));
        }
      }
      case Slot.None _, Slot.BackingOff _, Slot.CrashLooping _, Slot.Starting _, Slot.Idle _ -> {}
    }
  }

  /** The run of a worker with that id and attempt, started or not, or null. */
  private static @Nullable TaskRun find(Slot slot, String task, int attempt) {
    return slot.find(run -> run.is(task, attempt));
  }

  private void conclude(Slot slot, TaskRun run, RunEnd end) {
    if (end.error() == null) {
      step.conclusion.succeeded(run, id(slot), end);
    } else if (!run.started() && end.error().type().equals(ErrorType.UNKNOWN_HANDLER)) {
      step.conclusion.neverRunsHere(run, end.error().message());
    } else {
      step.conclusion.unsuccessful(run, id(slot), Outcome.FAILED, end.error());
    }
  }

  // Killing.

  /** Marks a live worker as dying for an order; returns whether it still has to be signalled. */
  boolean doom(Slot slot, Slot.Cause cause, @Nullable String order) {
    TreePVector<String> orders = order == null ? TreePVector.empty() : TreePVector.singleton(order);
    return switch (slot.process()) {
      case Slot.Dying dying -> {
        if (order != null) {
          step.put(slot.with(dying.withOrder(order)));
        }
        yield false;
      }
      case Slot.Live live -> {
        step.put(
            slot.with(
                new Slot.Dying(
                    step.now.instant(),
                    live.pid(),
                    live.startTicks(),
                    slot.run(),
                    null,
                    slot.ahead(),
                    TreePVector.empty(),
                    cause,
                    orders)));
        yield true;
      }
      case Slot.None _, Slot.BackingOff _, Slot.CrashLooping _ -> false;
    };
  }

  private void kill(Slot slot, Slot.Cause cause) {
    if (doom(slot, cause, null)) {
      step.effects.add(new Effect.Kill(List.of(slot.key())));
    }
  }

  void startDeadline(WorkerKey worker) {
    var slot = find(worker);
    if (slot != null && slot.process() instanceof Slot.Starting) {
      step.log(
          true,
          "worker "
              + id(slot)
              + " did not say within "
              + step.settings.startDeadline().toMillis()
              + " ms that it is ready: it is killed");
      kill(slot, new Slot.Cause.NeverReady());
    }
  }

  void runDeadline(Timer.RunDeadline due) {
    var slot = find(due.worker());
    var run = slot == null ? null : slot.run();
    if (slot != null
        && run != null
        && slot.process() instanceof Slot.Busy busy
        && run.is(due.task(), due.attempt())) {
      killForLimit(slot, busy, due);
    }
  }

  private void killForLimit(Slot slot, Slot.Busy busy, Timer.RunDeadline due) {
    var timeout = step.placement.timeoutOf(busy.run().task());
    if (busy.ahead().isEmpty()
        || timeout == null
        || at().isAfter(busy.since().plus(timeout).plus(WorkerPrefetch.AIM))) {
      kill(slot, new Slot.Cause.TimedOut(due.task(), due.attempt()));
    } else {
      step.handedAhead.recallAll(slot, busy);
      step.schedule(due, at().plusMillis(5));
    }
  }

  void recallUnanswered(Timer.RecallUnanswered due) {
    var slot = find(due.worker());
    var run = slot == null ? null : find(slot, due.task(), due.attempt());
    if (slot != null && run != null && run.recalled() && slot.process() instanceof Slot.Busy) {
      step.log(
          true,
          "worker "
              + id(slot)
              + " was told to give task "
              + due.task()
              + " back and has not answered for "
              + WorkerPrefetch.ANSWER.toMillis()
              + " ms: it is killed, and what it runs starts anew uncharged");
      kill(slot, new Slot.Cause.NoAnswer());
    }
  }

  void graceOver(WorkerKey worker) {
    var slot = find(worker);
    if (slot != null && slot.process() instanceof Slot.Dying) {
      step.effects.add(new Effect.Kill(List.of(worker)));
    }
  }

  /** Kills the runs whose deliveries the broker has had back for a whole lease. */
  void leaseOver(long generation) {
    for (var slot : step.slots.values()) {
      if (slot.process() instanceof Slot.Busy busy
          && busy.run().delivery() == null
          && generation <= step.generation) {
        step.log(
            true,
            "task "
                + busy.run().task().id()
                + " ran on without the broker "
                + (step.settings.withoutBroker() == WithoutBroker.KILL
                    ? "and may be handed to others"
                    : "for the whole lease")
                + ": its worker is killed");
        kill(slot, new Slot.Cause.LeaseOver());
      }
    }
  }

  /** Ends the runs that nobody has led for a lease: whether they still run is not known. */
  void stoodStill(Duration duration) {
    step.log(
        true,
        "this process stood still for "
            + duration.toMillis()
            + " ms: what its workers ran is ended, and starts anew uncharged");
    for (var slot : step.slots.values()) {
      if (slot.process() instanceof Slot.Busy) {
        kill(slot, new Slot.Cause.LeaseOver());
      }
    }
  }

  void killAllForStop() {
    var doomed = new ArrayList<WorkerKey>();
    for (var slot : step.slots.values()) {
      if (doom(slot, new Slot.Cause.Stopping(), null)) {
        doomed.add(slot.key());
      }
    }
    if (!doomed.isEmpty()) {
      step.effects.add(new Effect.Kill(List.copyOf(doomed)));
    }
  }

  // Dying.

  void treeEmpty(DeathCertificate certificate, List<String> lastWords) {
    var slot = find(certificate.worker());
    if (slot == null) {
      return;
    }
    switch (slot.process()) {
      case Slot.Dying dying -> diedAsWanted(slot, dying, certificate);
      case Slot.Live live -> diedByItself(slot, live, certificate, lastWords);
      case Slot.None _, Slot.BackingOff _, Slot.CrashLooping _ -> {}
    }
  }

  private void diedAsWanted(Slot slot, Slot.Dying dying, DeathCertificate certificate) {
    var run = dying.run();
    var end = ownEnd(dying, dying.end());
    if (dying.cause() instanceof Slot.Cause.NeverReady) {
      restartAfterDeath(slot, true);
    } else {
      step.put(slot.with(new Slot.None(step.now.instant())));
    }
    String inFlight = run != null && run.started() && end == null ? run.task().id() : null;
    for (var order : dying.orders()) {
      step.orderKilling.workerDied(order, slot, certificate, inFlight);
    }
    if (run == null) {
      return;
    }
    for (var before : dying.ended()) {
      diedWith(slot, dying, before.run(), ownEnd(dying, before.end()));
    }
    step.placement.waitAgain(dying.ahead());
    diedWith(slot, dying, run, end);
  }

  /** What becomes of a run of a worker that was killed; {@code end} is null if that has cut it. */
  private void diedWith(Slot slot, Slot.Dying dying, TaskRun run, @Nullable RunEnd end) {
    if (end != null) {
      conclude(slot, run, end);
      return;
    }
    if (!run.started()) {
      step.placement.waitAgain(run);
      return;
    }
    for (var order : dying.orders()) {
      if (step.orderKilling.isAbout(order, slot, run)) {
        step.orderSettlement.owes(order, run);
      }
    }
    switch (fateGiver(dying)) {
      case Slot.Cause.ByOrder byOrder -> {
        if (step.orderKilling.isAbout(byOrder.order(), slot, run)) {
          step.orderSettlement.decideFate(byOrder.order(), slot, run);
        } else {
          startsAnew(slot, run, "its worker was killed for the run before it");
        }
      }
      case Slot.Cause.TimedOut limit -> {
        if (run.is(limit.task(), limit.attempt())) {
          step.conclusion.unsuccessful(
              run,
              id(slot),
              Outcome.TIMED_OUT,
              Placement.error("timed-out", "it reached its hard limit and was killed"));
        } else {
          startsAnew(slot, run, "its worker was killed for the run before it");
        }
      }
      case Slot.Cause.LeaseOver _ -> startsAnew(slot, run, "its lease was over");
      case Slot.Cause.NoAnswer _ -> startsAnew(slot, run, "its worker did not answer");
      case Slot.Cause.NeverReady _ -> {}
      case Slot.Cause.Stopping _ -> {
        if (run.delivery() != null) {
          step.requeue(run.delivery());
        }
      }
    }
  }

  private void startsAnew(Slot slot, TaskRun run, String why) {
    step.conclusion.tellFinished(run.task(), id(slot), Outcome.LOST, why, null);
    // The delivery of a lost connection may have come back meanwhile: then it is ours again.
    step.placement.waitAgain(run);
  }

  /** An order decides the fate of what was being killed already for a reason that decides none. */
  private static Slot.Cause fateGiver(Slot.Dying dying) {
    boolean decidesNone =
        dying.cause() instanceof Slot.Cause.LeaseOver
            || dying.cause() instanceof Slot.Cause.NoAnswer
            || dying.cause() instanceof Slot.Cause.Stopping;
    return decidesNone && !dying.orders().isEmpty()
        ? new Slot.Cause.ByOrder(dying.orders().getFirst(), false)
        : dying.cause();
  }

  /**
   * How a run of a dying worker had ended without its killer's doing, or null: a handler that was
   * asked to stop and then failed has been stopped.
   */
  private static @Nullable RunEnd ownEnd(Slot.Dying dying, @Nullable RunEnd end) {
    return end != null
            && end.error() != null
            && dying.cause() instanceof Slot.Cause.ByOrder order
            && order.asked()
        ? null
        : end;
  }

  private void diedByItself(
      Slot slot, Slot.Live live, DeathCertificate certificate, List<String> lastWords) {
    boolean inVain =
        switch (live) {
          case Slot.Starting _ -> true;
          case Slot.Idle idle -> !idle.fruitful() && isBrief(idle.readyAt());
          // What a task does to its worker is held against the task.
          case Slot.Busy busy ->
              !busy.run().started() && !busy.fruitful() && isBrief(busy.readyAt());
          case Slot.Dying _ -> false;
        };
    var run = slot.run();
    String how =
        certificate.signal() > 0
            ? "by signal " + certificate.signal()
            : "with exit code " + certificate.exitCode();
    step.log(
        true, "worker " + id(slot) + " (pid " + certificate.pid() + ") ended by itself " + how);
    tell(WorkerEventKind.EXITED, slot, certificate.pid(), certificate, "by itself " + how);
    restartAfterDeath(slot, inVain);
    step.placement.waitAgain(slot.ahead());
    if (run == null) {
      return;
    }
    if (run.started()) {
      step.conclusion.unsuccessful(
          run,
          id(slot),
          Outcome.CRASHED,
          new TaskError(
              certificate.signal() > 0 ? "signal" : "exit",
              "its worker ended " + how,
              lastWords.isEmpty() ? null : String.join("\n", lastWords)));
    } else {
      step.placement.waitAgain(run);
    }
  }

  private boolean isBrief(Instant readyAt) {
    return step.now.instant().isBefore(readyAt.plus(BRIEF));
  }

  private void restartAfterDeath(Slot slot, boolean inVain) {
    var now = step.now.instant();
    var restarts = step.settings.restarts();
    if (!inVain) {
      step.put(slot.forgiven().with(new Slot.None(now)));
      return;
    }
    var died = slot.died(now, restarts);
    if (died.deaths() >= restarts.intensity()) {
      step.put(died.forgiven().with(new Slot.CrashLooping(now)));
      step.schedule(
          new Timer.Respawn(slot.number(), slot.incarnation()), now.plus(restarts.coolDown()));
      step.log(
          true,
          "worker "
              + id(slot)
              + " is crash-looping: it died "
              + died.deaths()
              + " times in a row and is left alone for "
              + restarts.coolDown().toSeconds()
              + " s");
      tell(WorkerEventKind.CRASH_LOOPING, slot, 0, null, died.deaths() + " deaths in a row");
      return;
    }
    var delay = restarts.first().multipliedBy(1L << Math.min(died.deaths() - 1, 20));
    if (delay.compareTo(restarts.most()) > 0) {
      delay = restarts.most();
    }
    // Slots that died together do not start together: up to a quarter more, by slot and
    // incarnation.
    long spread = Math.floorMod(slot.key().hashCode() * 2654435761L, 250L);
    delay = delay.plusMillis(delay.toMillis() * spread / 1000);
    step.put(died.with(new Slot.BackingOff(now)));
    step.schedule(new Timer.Respawn(slot.number(), slot.incarnation()), now.plus(delay));
  }

  void respawnDue(Timer.Respawn due) {
    var slot = step.slots.get(due.slot());
    if (slot != null && slot.incarnation() == due.incarnation() && !slot.isLive()) {
      step.put(slot.with(new Slot.None(step.now.instant())));
    }
  }

  void unconfirmed(Event.Unconfirmed unconfirmed) {
    var slot = find(unconfirmed.worker());
    if (slot == null || !(slot.process() instanceof Slot.Dying dying)) {
      return;
    }
    step.log(
        true,
        "worker "
            + id(slot)
            + " was killed and "
            + unconfirmed.survivors().size()
            + " processes of its tree still live: "
            + unconfirmed.survivors());
    for (var order : dying.orders()) {
      step.orderKilling.workerUnconfirmed(order, slot, dying, unconfirmed);
    }
  }

  /** Shows at the broker whether any process of a worker lives here. */
  void showRunning() {
    boolean any = false;
    for (var slot : step.slots.values()) {
      if (slot.isLive()) {
        any = true;
        break;
      }
    }
    if (any != step.shownRunning) {
      step.shownRunning = any;
      step.effects.add(new Effect.ShowRunning(any));
    }
  }

  private String id(Slot slot) {
    return step.settings.workerId(slot.number());
  }

  private void tell(
      WorkerEventKind kind,
      Slot slot,
      long pid,
      @Nullable DeathCertificate certificate,
      @Nullable String detail) {
    step.effects.add(
        new Effect.TellWorker(
            new WorkerEvent(
                1,
                kind,
                id(slot),
                slot.incarnation(),
                pid == 0 ? null : pid,
                step.settings.controller(),
                step.settings.host(),
                slot.queue(),
                certificate == null ? null : certificate.exitCode(),
                certificate == null ? null : certificate.signal(),
                detail,
                step.now.instant())));
  }
}
