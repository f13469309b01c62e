package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.FleetState.Pending;
import dev.warrener.controller.fleet.FleetState.Phase;
import dev.warrener.controller.fleet.OrderRun.Doomed;
import dev.warrener.controller.fleet.OrderRun.Stage;
import dev.warrener.controller.process.DeathCertificate;
import dev.warrener.controller.process.WorkerKey;
import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.task.DeadReason;
import dev.warrener.messaging.task.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/** Orders, from their arrival to {@code controller.done}. */
final class OrderExecution {
  private final Step step;
  private final OrderReports reports;

  OrderExecution(Step step) {
    this.step = step;
    reports = new OrderReports(step);
  }

  // Arrival.

  void arrived(HeardOrder heard) {
    var id = heard.order().id();
    var over = step.done.get(id);
    if (over != null) {
      // Somebody joins: the same order again is answered, and not carried out again.
      step.put(reports.done(over));
      return;
    }
    if (step.orders.containsKey(id)) {
      return;
    }
    var refusal = refusal(heard);
    if (refusal == null && heard.order().isExpired(step.now.instant())) {
      refusal = "it expired at " + heard.order().expiresAt() + ": issue it again";
    }
    if (refusal == null) {
      refusal = fence(heard.order());
    }
    if (refusal != null) {
      reports.refused(heard, refusal);
      return;
    }
    carryOut(heard);
  }

  void unreadable(Event.UnreadableOrder unreadable) {
    step.log(
        true,
        "refused an order"
            + (unreadable.userId() == null ? "" : " of user " + unreadable.userId())
            + ": "
            + unreadable.because());
    if (unreadable.id() != null) {
      reports.refusedUnread(unreadable.id(), unreadable.because());
    }
  }

  /** The log has been read: what is in force is in force, what is still to be done is done. */
  void synced(Event.OrdersSynced log) {
    boolean first = step.phase == Phase.STARTING;
    step.synced = true;
    if (first) {
      step.phase = Phase.RUNNING;
    }
    for (var heard : log.log()) {
      var order = heard.order();
      if (step.done.containsKey(order.id())
          || step.orders.containsKey(order.id())
          || refusal(heard) != null) {
        continue;
      }
      if (order.isExpired(step.now.instant())) {
        putInForce(order);
      } else if (fence(order) == null) {
        // Whether it was carried out here before a restart is not known. A backlog is never dropped
        // twice: what waits now may have been published since.
        carryOut(first ? withoutBacklog(heard) : heard);
      }
    }
    if (log.disarmed()) {
      tripped(Uuid7.next());
    }
  }

  /** The tripwire stands for an order that could not be published. */
  void tripped(String id) {
    step.log(true, "the tripwire was pulled: all workers are killed, and held until a resume");
    var now = step.now.instant();
    carryOut(
        new HeardOrder(
            new Order(
                Order.VERSION,
                id,
                OrderKind.KILL,
                Scope.ALL,
                InFlight.REQUEUE,
                Backlog.KEEP,
                Then.HOLD,
                0,
                "the tripwire was pulled",
                "tripwire",
                now,
                now.plus(Duration.ofMinutes(30)),
                false),
            null,
            null));
  }

  private @Nullable String refusal(HeardOrder heard) {
    var user = heard.userId();
    if (user == null) {
      return "it has no user_id: publish orders with the user_id of the connection set, so that the"
          + " broker vouches for it";
    }
    if (!step.settings.operators().isEmpty() && !step.settings.operators().contains(user)) {
      return "user " + user + " is no operator here";
    }
    return null;
  }

  /** Refuses an order that is about another run, or another process, than the one that is here. */
  private @Nullable String fence(Order order) {
    for (var target : order.scope().tasks()) {
      for (var slot : step.slots.values()) {
        var run = slot.run();
        if (target.attempt() != null
            && run != null
            && run.task().id().equals(target.id())
            && run.task().attempt() != target.attempt()) {
          return "task "
              + target.id()
              + " runs here as attempt "
              + run.task().attempt()
              + ", not "
              + target.attempt();
        }
      }
    }
    for (var target : order.scope().workers()) {
      for (var slot : step.slots.values()) {
        if (target.incarnation() != null
            && step.settings.workerId(slot.number()).equals(target.id())
            && slot.incarnation() != target.incarnation()) {
          return "worker "
              + target.id()
              + " is incarnation "
              + slot.incarnation()
              + " now, not "
              + target.incarnation();
        }
      }
    }
    return null;
  }

  private static HeardOrder withoutBacklog(HeardOrder heard) {
    var order = heard.order();
    if (order.scope().namesTasks()) {
      return heard;
    }
    return new HeardOrder(
        new Order(
            order.version(),
            order.id(),
            order.kind() == OrderKind.PURGE ? OrderKind.ROLL_CALL : order.kind(),
            order.scope(),
            order.inFlight(),
            Backlog.KEEP,
            order.then(),
            order.graceMillis(),
            order.reason(),
            order.issuedBy(),
            order.issuedAt(),
            order.expiresAt(),
            order.dryRun()),
        heard.userId(),
        heard.replyTo());
  }

  private void putInForce(Order order) {
    if (order.dryRun()) {
      return;
    }
    if (order.setsHold() || order.kind() == OrderKind.RESUME) {
      step.holds = step.holds.plus(Holds.Statement.of(order));
    }
    if (order.kind() == OrderKind.RESUME) {
      step.revocations = step.revocations.minus(order.scope(), order.issuedAt());
      step.effects.add(new Effect.Rearm());
    }
    if (order.revocation() != Backlog.KEEP) {
      step.revocations = step.revocations.plus(order);
    }
  }

  private void carryOut(HeardOrder heard) {
    var order = heard.order();
    step.log(
        false,
        order.kind().wire()
            + " "
            + order.scope().describe()
            + " by "
            + (heard.userId() == null ? order.issuedBy() : heard.userId())
            + (order.dryRun() ? ", dry run" : "")
            + " ("
            + order.id()
            + "): "
            + order.reason());
    var run = reports.heard(OrderRun.started(heard, step.now.nanos()));
    if (order.dryRun() || order.kind() == OrderKind.ROLL_CALL) {
      finish(run);
      return;
    }
    putInForce(order);
    if (order.kind() == OrderKind.KILL) {
      step.put(run);
      startKilling(order);
    } else if (order.kind() == OrderKind.PURGE) {
      step.put(run.at(Stage.SETTLING));
      dropWaiting(order, Backlog.PURGE);
    } else {
      step.put(run);
    }
    step.placement.replaceWaiting();
  }

  private void startKilling(Order order) {
    var doomed = new ArrayList<WorkerKey>();
    for (var slot : step.slots.values()) {
      if (!slot.isLive() || !InScope.worker(step.settings, order.scope(), slot)) {
        continue;
      }
      var run = current(order.id()).awaiting(slot.key());
      step.put(run);
      var cause = new Slot.Cause.ByOrder(order.id(), order.graceMillis() > 0);
      boolean signal = step.supervision.doom(slot, cause, order.id());
      if (!signal) {
        // It was asked to end with a grace, or is being killed already: this order does not wait.
        if (order.graceMillis() == 0) {
          doomed.add(slot.key());
        }
        continue;
      }
      if (order.graceMillis() == 0) {
        doomed.add(slot.key());
      } else {
        var inFlight = slot.run();
        step.effects.add(
            new Effect.AskToEnd(
                slot.key(),
                inFlight == null ? null : inFlight.task().id(),
                inFlight == null ? 0 : inFlight.task().attempt(),
                order.reason()));
        step.schedule(
            new Timer.GraceOver(slot.key()), step.now.instant().plusMillis(order.graceMillis()));
      }
    }
    if (!doomed.isEmpty()) {
      step.effects.add(new Effect.Kill(List.copyOf(doomed)));
    }
  }

  private OrderRun current(String id) {
    var run = step.orders.get(id);
    if (run == null) {
      throw new IllegalStateException("order " + id + " is not on its way");
    }
    return run;
  }

  // Deaths.

  void workerDied(String id, Slot slot, DeathCertificate certificate, @Nullable String inFlight) {
    var run = step.orders.get(id);
    if (run != null) {
      step.put(reports.dead(run.dead(slot.key()), slot, certificate, inFlight));
      return;
    }
    var over = step.done.get(id);
    if (over != null) {
      // It had been given up as unconfirmed: the record is completed.
      step.put(reports.dead(over.dead(slot.key()), slot, certificate, inFlight));
    }
  }

  void workerUnconfirmed(String id, Slot slot, Slot.Dying dying, Event.Unconfirmed unconfirmed) {
    var run = step.orders.get(id);
    if (run != null && run.awaited().contains(slot.key())) {
      var inFlight = dying.run();
      var task =
          inFlight != null && inFlight.started() && dying.end() == null
              ? inFlight.task().id()
              : null;
      step.put(
          reports
              .unconfirmed(run, slot, unconfirmed, task)
              .givenUp(slot.key())
              .failing(
                  "worker "
                      + step.settings.workerId(slot.number())
                      + ": "
                      + unconfirmed.survivors().size()
                      + " processes of its tree still live"
                      + (task == null ? "" : ", so task " + task + " is not settled")));
    }
  }

  void neverExisted(String id, WorkerKey worker) {
    var run = step.orders.get(id);
    if (run != null) {
      step.put(run.givenUp(worker));
    }
  }

  /** A killed worker was running a task; its tree is empty now. */
  void decideFate(String id, Slot slot, Run inFlight) {
    var run = step.orders.get(id);
    var order = run != null ? run.order() : orderOfDone(id);
    if (order == null) {
      step.placement.waitAgain(inFlight);
      return;
    }
    var fate =
        switch (order.inFlightOfKill()) {
          case REQUEUE -> Fate.REQUEUED;
          case PURGE -> Fate.PURGED;
          case DEAD_LETTER -> Fate.DEAD_LETTERED;
        };
    var doomed = new Doomed(inFlight, slot.queue(), slot.key(), fate, true);
    if (run != null && run.stage() == Stage.KILLING) {
      step.put(run.dooming(doomed));
    } else {
      // Late, after the order had given the worker up: settled by itself, and the record completed.
      settle(order, doomed);
      if (run == null) {
        var over = step.done.get(id);
        if (over != null) {
          step.put(reports.settled(over.settledOne(), doomed));
        }
      }
    }
  }

  private @Nullable Order orderOfDone(String id) {
    var over = step.done.get(id);
    return over == null ? null : over.order();
  }

  // Stages.

  void advanceAll() {
    for (var id : List.copyOf(step.orders.keySet())) {
      boolean moved = true;
      while (moved && step.orders.containsKey(id)) {
        moved = advance(current(id));
      }
    }
  }

  /** Takes an order one stage on if nothing is left to wait for. */
  private boolean advance(OrderRun run) {
    if (!run.awaited().isEmpty() || !run.pending().isEmpty()) {
      return false;
    }
    switch (run.stage()) {
      case KILLING -> {
        if (run.order().kind() == OrderKind.DRAIN && somethingRuns(run.order().scope())) {
          return false;
        }
        settleAll(run);
      }
      case SETTLING -> prove(run);
      case PROVING -> {
        var proven = withoutLost(run);
        for (var doomed : proven.doomed()) {
          if (doomed.settled()) {
            proven = reports.settled(proven.settledOne(), doomed);
          }
        }
        step.put(proven.at(Stage.BACKLOG));
        startBacklog(proven.order());
      }
      case BACKLOG -> finish(run);
      case DONE -> {
        return false;
      }
    }
    return true;
  }

  private boolean somethingRuns(Scope scope) {
    for (var slot : step.slots.values()) {
      var run = slot.run();
      if (run != null && InScope.run(step.settings, scope, slot, run)) {
        return true;
      }
    }
    return false;
  }

  private void settleAll(OrderRun run) {
    var sorted = new ArrayList<>(run.doomed());
    sorted.sort(Comparator.comparing(Doomed::queue).thenComparingLong(OrderExecution::tag));
    step.put(run.at(Stage.SETTLING).withDoomed(TreePVector.from(sorted)));
    for (var doomed : sorted) {
      settle(run.order(), doomed);
    }
    if (run.order().kind() == OrderKind.KILL && run.order().backlog() != Backlog.KEEP) {
      dropWaiting(run.order(), run.order().backlog());
    }
  }

  private static long tag(Doomed doomed) {
    var delivery = doomed.run().delivery();
    return delivery == null ? 0 : delivery.tag();
  }

  private void settle(Order order, Doomed doomed) {
    var inFlight = doomed.run();
    var worker = step.settings.workerId(doomed.worker().slot());
    boolean ours = inFlight.delivery() != null && step.isCurrent(inFlight.delivery());
    switch (doomed.fate()) {
      case REQUEUED -> {
        if (ours && inFlight.delivery() != null) {
          step.requeue(inFlight.delivery());
        }
      }
      case PURGED -> step.conclusion.purged(inFlight, worker, order);
      case DEAD_LETTERED -> {
        long token = step.conclusion.killedToDeadLetters(inFlight, worker, order);
        var run = step.orders.get(order.id());
        if (token != 0 && run != null) {
          step.put(run.waitingFor(token));
        }
      }
    }
    var run = step.orders.get(order.id());
    if (!ours && doomed.fate() != Fate.REQUEUED && run != null) {
      step.put(
          unsettle(run, inFlight.task().id())
              .failing(
                  "task "
                      + inFlight.task().id()
                      + ": the connection was lost and the broker took it back; it is "
                      + doomed.fate().wire()
                      + " if it comes here again"));
    }
  }

  /**
   * What was settled on a connection that was lost before the broker had shown that it took it may
   * be the broker's again: nobody can say so of the next connection.
   */
  private OrderRun withoutLost(OrderRun run) {
    var known = run;
    for (var doomed : run.doomed()) {
      var delivery = doomed.run().delivery();
      if (doomed.settled()
          && doomed.fate() != Fate.REQUEUED
          && (delivery == null || !step.isCurrent(delivery))) {
        known =
            unsettle(known, doomed.run().task().id())
                .failing(
                    "task "
                        + doomed.run().task().id()
                        + ": the connection was lost before the broker showed that it is "
                        + doomed.fate().wire()
                        + "; if it comes here again, it is");
      }
    }
    return known;
  }

  private static OrderRun unsettle(OrderRun run, String task) {
    var all = run.doomed();
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).run().task().id().equals(task)) {
        all = all.with(i, all.get(i).unsettled());
      }
    }
    return run.withDoomed(all);
  }

  void copyTaken(Pending.Copy copy, long token) {
    var run = copy.order() == null ? null : step.orders.get(copy.order());
    if (run != null) {
      step.put(run.notWaitingFor(token));
    }
  }

  void copyFailed(Pending.Copy copy, long token, String reason) {
    var run = copy.order() == null ? null : step.orders.get(copy.order());
    if (run != null) {
      step.put(
          unsettle(run.notWaitingFor(token), copy.task())
              .failing(
                  "task "
                      + copy.task()
                      + " could not be moved to the dead letters ("
                      + reason
                      + "): it is back in its queue"));
    }
  }

  private void prove(OrderRun run) {
    step.put(run.at(Stage.PROVING));
    if (!step.connected) {
      return;
    }
    var touched = new TreeSet<String>();
    run.doomed().forEach(doomed -> touched.add(doomed.queue()));
    // What waits here and may not start goes back now, behind what was in flight.
    touched.addAll(step.placement.consumeWanted());
    for (var queue : touched) {
      long token = step.nextToken(new Pending.Proof(run.order().id(), queue));
      step.put(current(run.order().id()).waitingFor(token));
      step.effects.add(new Effect.Barrier(token, queue));
    }
  }

  void proven(long token, @Nullable String failure) {
    if (!(step.pending.get(token) instanceof Pending.Proof proof)) {
      return;
    }
    step.pending = step.pending.minus(token);
    var run = step.orders.get(proof.order());
    if (run == null) {
      return;
    }
    var next = run.notWaitingFor(token);
    if (failure != null) {
      for (var doomed : run.doomed()) {
        if (doomed.queue().equals(proof.queue()) && doomed.fate() != Fate.REQUEUED) {
          next = unsettle(next, doomed.run().task().id());
        }
      }
    }
    step.put(
        failure == null
            ? next
            : next.failing(
                "the broker did not show that it took the settlements on queue "
                    + proof.queue()
                    + ": "
                    + failure));
  }

  // The backlog.

  private void startBacklog(Order order) {
    boolean purge = order.kind() == OrderKind.PURGE;
    boolean wanted = purge || (order.kind() == OrderKind.KILL && order.backlog() != Backlog.KEEP);
    if (!wanted
        || order.scope().namesTasks()
        || !order.scope().coversController(step.settings.controller())) {
      return;
    }
    for (var queue : step.queues.keySet()) {
      if (!order.scope().coversQueue(queue)) {
        continue;
      }
      if (!step.connected) {
        step.put(
            current(order.id())
                .failing("queue " + queue + ": no broker, so its waiting tasks are as they were"));
        continue;
      }
      long token = step.nextToken(new Pending.Waiting(order.id(), queue));
      step.put(current(order.id()).waitingFor(token));
      step.effects.add(
          purge || order.backlog() == Backlog.PURGE
              ? new Effect.PurgeBacklog(token, queue)
              : new Effect.DeadLetterBacklog(
                  token,
                  queue,
                  step.conclusion.deadHeaders(
                      DeadReason.KILLED, step.conclusion.detailOf(order), order.id())));
    }
  }

  /** What was delivered and not started shares the fate of what waits at the broker. */
  private void dropWaiting(Order order, Backlog fate) {
    var scope = order.scope();
    if (scope.namesTasks() || !scope.coversController(step.settings.controller())) {
      return;
    }
    for (var queue : List.copyOf(step.queues.values())) {
      if (!scope.coversQueue(queue.name())) {
        continue;
      }
      for (var entry : queue.waiting().entrySet()) {
        var key = new DeliveryKey(step.generation, queue.name(), entry.getKey());
        var run = current(order.id()).plusBacklog(1);
        step.put(run);
        if (fate == Backlog.PURGE) {
          step.acknowledge(key);
        } else {
          step.conclusion.deadLetter(
              key,
              entry.getValue(),
              DeadReason.KILLED,
              step.conclusion.detailOf(order),
              order,
              Outcome.KILLED);
        }
      }
      step.put(queue.withWaiting(TreePMap.empty()));
    }
  }

  void backlogOver(long token, long count, @Nullable String failure) {
    if (!(step.pending.get(token) instanceof Pending.Waiting waiting)) {
      return;
    }
    step.pending = step.pending.minus(token);
    var run = step.orders.get(waiting.order());
    if (run == null) {
      return;
    }
    var next = run.notWaitingFor(token).plusBacklog(count);
    step.put(
        failure == null
            ? next
            : next.failing("the waiting tasks of queue " + waiting.queue() + ": " + failure));
  }

  // The end.

  private void finish(OrderRun run) {
    var order = run.order();
    boolean exits =
        !order.dryRun()
            && order.kind() == OrderKind.KILL
            && order.thenOfKill() == Then.EXIT
            && order.scope().coversController(step.settings.controller());
    if (exits) {
      step.drain();
    }
    step.put(reports.done(run.at(Stage.DONE)));
  }
}
