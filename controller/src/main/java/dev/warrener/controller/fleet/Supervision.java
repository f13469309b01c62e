package dev.warrener.controller.fleet;

import dev.warrener.controller.death.DeathCertificate;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.state.CutOff;
import dev.warrener.controller.fleet.state.FleetState.Phase;
import dev.warrener.controller.fleet.state.Slot;
import dev.warrener.messaging.report.WorkerEvent;
import dev.warrener.messaging.report.WorkerEventKind;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.TaskError;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePSet;

/** Starts worker processes, kills those that fail, and starts others after their deaths. */
final class Supervision {
  /**
   * A worker that dies sooner than this after it was ready, without a finished run, died in vain.
   */
  private static final Duration BRIEF = Duration.ofSeconds(1);

  /** By how much a timer may come too early: it goes by another clock. */
  private static final Duration EARLY = Duration.ofSeconds(1);

  /** The exit status of a worker that can't be what it was configured to be. */
  private static final Integer MISCONFIGURED = 78;

  private final OrderKilling killing;
  private final KilledRuns killedRuns;
  private final TaskOutcomes outcomes;
  private final TaskArrival arrival;

  Supervision(
      OrderKilling killing, KilledRuns killedRuns, TaskOutcomes outcomes, TaskArrival arrival) {
    this.killing = killing;
    this.killedRuns = killedRuns;
    this.outcomes = outcomes;
    this.arrival = arrival;
  }

  // Starting.

  /** Starts a process in each empty slot, unless a hold or an order keeps the slot empty. */
  void spawnWanted(Transition change) {
    if (change.phase != Phase.RUNNING) {
      return;
    }
    for (var slot : change.pool.slots()) {
      if (slot.process() instanceof Slot.None
          && !change.held(slot)
          && !change.orders.keepEmpty(slot.number())) {
        var next = slot.next(change.steady());
        change.put(next);
        change.add(new Effect.Spawn(next.key(), next.queue()));
        change.schedule(
            new Timer.StartDeadline(next.key()),
            change.steady().plus(change.settings.startDeadline()));
      }
    }
  }

  /** The process of a worker exists. */
  void spawned(Transition change, Event.Spawned spawned) {
    var slot = change.pool.find(spawned.worker());
    if (slot == null) {
      return;
    }
    switch (slot.process()) {
      case Slot.Starting starting ->
          change.put(
              slot.with(new Slot.Starting(starting.since(), spawned.pid(), spawned.startTicks())));
      case Slot.Dying dying ->
          change.put(slot.with(dying.withProcess(spawned.pid(), spawned.startTicks())));
      case Slot.None _, Slot.BackingOff _, Slot.CrashLooping _, Slot.Idle _, Slot.Busy _ -> {}
    }
  }

  /** The process of a worker could not be made. */
  void spawnFailed(Transition change, Event.SpawnFailed failed) {
    var slot = change.pool.find(failed.worker());
    if (slot == null || !slot.isLive()) {
      return;
    }
    change.log(
        true, "worker " + change.workerId(slot) + " could not be started: " + failed.reason());
    if (slot.process() instanceof Slot.Dying dying) {
      // The worker was killed before its process existed: there is no death to certify.
      dying.orders().forEach(order -> killing.neverExisted(change, order, slot.key()));
      change.put(slot.with(new Slot.None(change.steady())));
      return;
    }
    restartAfterDeath(change, slot, true);
  }

  /** A worker reported that it is ready. */
  void ready(Transition change, Event.Ready ready) {
    var slot = change.pool.find(ready.worker());
    if (slot == null || !(slot.process() instanceof Slot.Starting starting)) {
      return;
    }
    var now = change.steady();
    change.put(slot.ready(new Slot.Idle(now, starting.pid(), starting.startTicks(), now, false)));
    var queue = change.queues.get(slot.queue());
    var handlers = HashTreePSet.from(ready.handlers());
    if (queue != null) {
      if (!queue.unavailable().equals(ready.unavailable())) {
        noteUnavailable(change, slot.queue(), ready.unavailable());
      }
      if (!queue.handlers().equals(handlers)
          || !queue.unavailable().equals(ready.unavailable())
          || queue.takesAhead() != ready.ahead()) {
        change.put(queue.withHandlers(handlers, ready.unavailable(), ready.ahead()));
      }
    }
    report(change, WorkerEventKind.READY, slot, starting.pid(), null, null);
  }

  private static void noteUnavailable(Transition change, String queue, List<String> sentences) {
    if (sentences.isEmpty()) {
      change.log(false, "all handlers of queue " + queue + " can be used again");
    }
    for (var sentence : sentences) {
      change.log(true, "queue " + queue + " goes on without a handler: " + sentence);
    }
  }

  /** A worker has not reported in time that it is ready. */
  void startDeadline(Transition change, WorkerKey worker) {
    var slot = change.pool.find(worker);
    if (slot != null && slot.process() instanceof Slot.Starting) {
      change.log(
          true,
          "worker "
              + change.workerId(slot)
              + " did not report within "
              + change.settings.startDeadline().toMillis()
              + " ms that it is ready: it is killed");
      kill(change, slot, new Slot.Cause.NeverReady());
    }
  }

  // Killing.

  /** Kills a worker, unless it was sent SIGKILL before: a grace that it has is over. */
  void kill(Transition change, Slot slot, Slot.Cause cause) {
    if (slot.canBeKilled() || slot.hasGrace()) {
      change.put(slot.killed(cause, null, false, change.steady()));
      change.add(new Effect.Kill(List.of(slot.key())));
    }
  }

  /** A worker wrote what it may not write: nothing that it says can be relied on any more. */
  void protocolBroken(Transition change, Event.ProtocolBroken broken) {
    var slot = change.pool.find(broken.worker());
    if (slot != null
        && slot.process() instanceof Slot.Live live
        && (slot.canBeKilled() || slot.hasGrace())) {
      change.log(
          true,
          "worker " + change.workerId(slot) + " broke the protocol and is killed: " + broken.how());
      kill(change, slot, new Slot.Cause.ProtocolBroken(broken.how(), isInVain(change, live)));
    }
  }

  /** A worker was asked to end and has had its grace. */
  void graceOver(Transition change, WorkerKey worker) {
    var slot = change.pool.find(worker);
    if (slot != null && slot.process() instanceof Slot.Dying dying && dying.asked()) {
      change.put(slot.with(dying.signalled()));
      change.add(new Effect.Kill(List.of(worker)));
    }
  }

  /** Kills the workers whose runs have been cut off for too long. */
  void leaseOver(Transition change) {
    for (var slot : change.pool.slots()) {
      var run = slot.run();
      if (run == null || !(slot.canBeKilled() || slot.hasGrace())) {
        continue;
      }
      var cutOff = CutOff.of(change.settings, change.broker, run, change.now);
      if (cutOff == null) {
        continue;
      }
      if (cutOff.isOver()) {
        change.log(
            true, "task " + run.task().id() + " " + cutOff.what() + ": its worker is killed");
        kill(change, slot, new Slot.Cause.LeaseOver());
      } else if (cutOff.left().compareTo(EARLY) < 0) {
        change.schedule(new Timer.LeaseOver(), change.steady().plus(cutOff.left()));
      }
    }
  }

  /** Kills the busy workers after this process stood still: whether they still run is not known. */
  void stoodStill(Transition change, Duration duration) {
    change.log(
        true,
        "the controller's process stood still for "
            + duration.toMillis()
            + " ms: the running tasks are killed, and start again without counting an attempt");
    for (var slot : change.pool.slots()) {
      if (slot.run() != null) {
        kill(change, slot, new Slot.Cause.LeaseOver());
      }
    }
  }

  /** A worker was killed, and processes of its tree still live, or nobody can tell. */
  void unconfirmed(Transition change, Event.Unconfirmed unconfirmed) {
    var slot = change.pool.find(unconfirmed.worker());
    if (slot == null) {
      return;
    }
    String how;
    switch (slot.process()) {
      case Slot.Dying _ -> how = " was killed";
      case Slot.Live _ -> how = " has ended";
      case Slot.None _, Slot.BackingOff _, Slot.CrashLooping _ -> {
        return;
      }
    }
    change.log(
        true,
        "worker "
            + change.workerId(slot)
            + how
            + " and is not confirmed dead: "
            + unconfirmed.finding()
            + (unconfirmed.survivors().isEmpty() ? "" : ": " + unconfirmed.survivors()));
    if (slot.process() instanceof Slot.Dying dying) {
      for (var order : dying.orders()) {
        killing.unconfirmed(change, order, slot, dying, unconfirmed);
      }
    }
  }

  // Deaths.

  /** A worker's tree is empty. */
  void treeEmpty(Transition change, Event.TreeEmpty empty) {
    var certificate = empty.certificate();
    var slot = change.pool.find(certificate.worker());
    if (slot == null) {
      return;
    }
    switch (slot.process()) {
      case Slot.Dying dying -> diedAsWanted(change, slot, dying, certificate);
      case Slot.Live live -> diedByItself(change, slot, live, empty);
      case Slot.None _, Slot.BackingOff _, Slot.CrashLooping _ -> {}
    }
  }

  private void diedAsWanted(
      Transition change, Slot slot, Slot.Dying dying, DeathCertificate certificate) {
    switch (dying.cause()) {
      case Slot.Cause.NeverReady _ -> restartAfterDeath(change, slot, true);
      case Slot.Cause.ProtocolBroken broken -> {
        report(
            change,
            WorkerEventKind.EXITED,
            slot,
            certificate.pid(),
            certificate,
            "it broke the protocol: " + broken.how());
        restartAfterDeath(change, slot, broken.inVain());
      }
      case Slot.Cause.ByOrder _,
          Slot.Cause.TimedOut _,
          Slot.Cause.LeaseOver _,
          Slot.Cause.NoAnswer _,
          Slot.Cause.Stopping _ ->
          change.put(slot.with(new Slot.None(change.steady())));
    }
    var cut = KilledRuns.cutRun(dying);
    for (var order : dying.orders()) {
      killing.died(change, order, slot, certificate, cut == null ? null : cut.task().id());
    }
    killedRuns.died(change, slot, dying);
  }

  private void diedByItself(Transition change, Slot slot, Slot.Live live, Event.TreeEmpty empty) {
    boolean inVain = isInVain(change, live);
    var run = slot.run();
    var certificate = empty.certificate();
    var id = change.workerId(slot);
    String how =
        certificate.signal() > 0
            ? "by signal " + certificate.signal()
            : "with exit code " + certificate.exitCode();
    boolean misconfigured =
        live instanceof Slot.Starting && MISCONFIGURED.equals(certificate.exitCode());
    var lastWords = empty.lastWords();
    change.log(
        true,
        "worker "
            + id
            + " (pid "
            + certificate.pid()
            + ") ended by itself "
            + how
            + (misconfigured && !lastWords.isEmpty() ? ": " + lastWords.getLast() : ""));
    if (misconfigured && change.pool.slots().stream().noneMatch(Slot::proven)) {
      giveUp(change, lastWords.isEmpty() ? "it gave no reason" : lastWords.getLast());
    }
    report(
        change, WorkerEventKind.EXITED, slot, certificate.pid(), certificate, "by itself " + how);
    restartAfterDeath(change, slot, inVain);
    arrival.waitAgain(change, slot.ahead());
    if (run == null) {
      return;
    }
    if (run.started()) {
      var error =
          new TaskError(
              certificate.signal() > 0 ? "signal" : "exit",
              "its worker ended " + how,
              lastWords.isEmpty() ? null : String.join("\n", lastWords));
      outcomes.unsuccessful(change, run, id, Outcome.CRASHED, error);
    } else {
      arrival.waitAgain(change, run);
    }
  }

  /** Ends the controller: no worker can be what it was configured to be, and none has ever been. */
  private static void giveUp(Transition change, String sentence) {
    if (change.phase == Phase.RUNNING) {
      change.phase = Phase.STOPPING;
      change.add(
          new Effect.Misconfigured("no worker can be started as it is configured: " + sentence));
    }
  }

  /** Whether a worker that dies now has died in vain, which counts against its slot. */
  private static boolean isInVain(Transition change, Slot.Live live) {
    return switch (live) {
      case Slot.Starting _ -> true;
      case Slot.Idle idle -> !idle.fruitful() && isBrief(change, idle.readyAt());
      // A death while a task runs counts against the task.
      case Slot.Busy busy ->
          !busy.run().started() && !busy.fruitful() && isBrief(change, busy.readyAt());
      case Slot.Dying _ -> false;
    };
  }

  private static boolean isBrief(Transition change, Instant readyAt) {
    return change.steady().isBefore(readyAt.plus(BRIEF));
  }

  private static void restartAfterDeath(Transition change, Slot slot, boolean inVain) {
    var now = change.steady();
    var restarts = change.settings.restarts();
    if (!inVain) {
      change.put(slot.forgiven().with(new Slot.None(now)));
      return;
    }
    var died = slot.died(now, restarts);
    if (died.deaths() >= restarts.intensity()) {
      change.put(died.forgiven().with(new Slot.CrashLooping(now)));
      change.schedule(
          new Timer.Respawn(slot.number(), slot.incarnation()), now.plus(restarts.coolDown()));
      change.log(
          true,
          "worker "
              + change.workerId(slot)
              + " is crash-looping: it died "
              + died.deaths()
              + " times in a row and is not restarted for "
              + restarts.coolDown().toSeconds()
              + " s");
      report(
          change, WorkerEventKind.CRASH_LOOPING, slot, 0, null, died.deaths() + " deaths in a row");
      return;
    }
    var delay = restarts.first().multipliedBy(1L << Math.min(died.deaths() - 1, 20));
    if (delay.compareTo(restarts.most()) > 0) {
      delay = restarts.most();
    }
    // Slots that died together do not start together: the delay is up to a quarter longer, by slot
    // and incarnation.
    long spread = Math.floorMod(slot.key().hashCode() * 2654435761L, 250L);
    delay = delay.plusMillis(delay.toMillis() * spread / 1000);
    change.put(died.with(new Slot.BackingOff(now)));
    change.schedule(new Timer.Respawn(slot.number(), slot.incarnation()), now.plus(delay));
  }

  /** The back-off or cool-down of a slot is over. */
  void respawnDue(Transition change, Timer.Respawn due) {
    var slot = change.pool.find(due.slot());
    if (slot != null && slot.incarnation() == due.incarnation() && !slot.isLive()) {
      change.put(slot.with(new Slot.None(change.steady())));
    }
  }

  // Reporting.

  /** Shows at the broker whether any process of a worker lives here. */
  void showRunning(Transition change) {
    boolean any = change.pool.anyLive();
    if (any != change.broker.shownRunning()) {
      change.broker = change.broker.shown(any);
      change.add(new Effect.ShowRunning(any));
    }
  }

  private static void report(
      Transition change,
      WorkerEventKind kind,
      Slot slot,
      long pid,
      @Nullable DeathCertificate certificate,
      @Nullable String detail) {
    change.add(
        new Effect.TellWorker(
            WorkerEvent.builder(kind, change.workerId(slot))
                .incarnation(slot.incarnation())
                .pid(pid == 0 ? null : pid)
                .controller(change.settings.controller())
                .host(change.settings.host())
                .queue(slot.queue())
                .exitCode(certificate == null ? null : certificate.exitCode())
                .signal(certificate == null ? null : certificate.signal())
                .detail(detail)
                .at(change.instant())
                .build()));
  }
}
