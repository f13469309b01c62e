package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.FleetState.Pending;
import dev.warrener.controller.fleet.FleetState.Phase;
import dev.warrener.controller.fleet.HeardOrder.Origin;
import dev.warrener.controller.fleet.OrderRun.Doomed;
import dev.warrener.controller.fleet.OrderRun.Stage;
import dev.warrener.controller.process.DeathCertificate;
import dev.warrener.controller.process.WorkerKey;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.TaskTarget;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.order.WorkerTarget;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.task.DeadReason;
import dev.warrener.messaging.task.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/** Orders, from their arrival to {@code controller.done}. */
final class OrderExecution {
  /**
   * How long an order that came without a broker waits for the broker after the last tree is empty.
   * A settlement that comes later is reported as a note, or as failed.
   */
  private static final Duration SETTLEMENT_WITHOUT_BROKER = Duration.ofSeconds(2);

  private static final String NO_ANSWER = "the broker does not answer";
  private static final String NOT_WRITTEN_DOWN =
      "the order could not be written down here, so it does not survive a restart of this controller";

  private final Step step;
  private final OrderReports reports;

  OrderExecution(Step step) {
    this.step = step;
    reports = new OrderReports(step);
  }

  // Arrival.

  void arrived(HeardOrder heard) {
    var id = heard.order().id();
    var refusal = refusal(heard);
    var known = step.orders.containsKey(id) ? step.orders.get(id) : step.done.get(id);
    if (known != null) {
      join(known, heard, refusal);
      return;
    }
    if (refusal != null) {
      // Not remembered: nobody but an operator decides what becomes of an id.
      reports.refused(heard, refusal);
      return;
    }
    refusal = step.refusals.get(id);
    if (refusal == null && heard.order().isExpired(step.now.instant())) {
      refusal = "it expired at " + heard.order().expiresAt() + ": issue it again";
    }
    if (refusal == null) {
      refusal = fence(heard.order());
    }
    if (refusal != null) {
      refuse(heard, refusal);
      return;
    }
    carryOut(heard, null);
  }

  private void refuse(HeardOrder heard, String because) {
    step.refusals = step.refusals.plus(heard.order().id(), because);
    if (step.refusals.size() > 1000) {
      // Ids sort by time: the first is the oldest.
      step.refusals = step.refusals.minus(step.refusals.firstKey());
    }
    reports.refused(heard, because);
  }

  /** The same order again is answered, and not carried out again. */
  private void join(OrderRun known, HeardOrder heard, @Nullable String refusal) {
    if (heard.origin() == Origin.LOG) {
      return;
    }
    if (refusal != null) {
      // A report of it would read as if the order itself had been refused.
      reports.refusedSilently(heard, refusal);
    } else if (isTheSame(known.heard(), heard.order())) {
      if (known.hasCome()) {
        reports.again(known, heard);
      } else {
        step.put(known.come());
      }
    } else {
      reports.refused(
          heard, "another order was given with this id before: give this one an id of its own");
    }
  }

  /**
   * An order that is sent again is issued anew, perhaps about the worker's process of by then; and
   * what was read from the log may ask for less.
   */
  private static boolean isTheSame(HeardOrder known, Order other) {
    var one = known.order();
    return one.scope().withoutFences().equals(other.scope().withoutFences())
        && one.inFlight() == other.inFlight()
        && (one.then() == other.then()
            || (known.origin() == Origin.LOG
                && one.then() == Then.HOLD
                && other.then() == Then.EXIT))
        && one.dryRun() == other.dryRun();
  }

  void unreadable(Event.UnreadableOrder unreadable) {
    reports.refusedUnread(unreadable);
  }

  /** What a former run had to remember is in force from the beginning. */
  void remembered(Keepsake keepsake) {
    for (var hold : keepsake.holds().reversed()) {
      step.holds = step.holds.plus(Holds.Statement.of(hold));
    }
    for (var revoked : keepsake.revoked()) {
      step.revocations = step.revocations.plus(revoked);
    }
    step.keepsake = Keepsake.of(step.holds, step.revocations);
    for (var hold : step.holds.inForce(step.settings.controller())) {
      step.log(
          true,
          "still held: "
              + hold.scope().describe()
              + " since "
              + hold.issuedAt()
              + " by "
              + hold.issuedBy()
              + " ("
              + hold.order()
              + "): "
              + hold.reason());
    }
  }

  void kept(Event.Kept kept) {
    if (!(step.pending.get(kept.token()) instanceof Pending.Keeping)) {
      return;
    }
    step.pending = step.pending.minus(kept.token());
    if (kept.failure() == null) {
      return;
    }
    step.log(true, "what has to survive a restart could not be written down: " + kept.failure());
    for (var run : List.copyOf(step.orders.values())) {
      if (mustBeWrittenDown(run)) {
        step.put(run.failing(NOT_WRITTEN_DOWN + " (" + kept.failure() + ")"));
      }
    }
  }

  private static boolean mustBeWrittenDown(OrderRun run) {
    var order = run.order();
    return run.heard().isKeptHereAlone()
        && (order.setsHold()
            || order.kind() == OrderKind.RESUME
            || order.revocation() != Backlog.KEEP);
  }

  private boolean isBeingWrittenDown(OrderRun run) {
    return mustBeWrittenDown(run)
        && !run.isImpatient()
        && step.pending.values().stream().anyMatch(Pending.Keeping.class::isInstance);
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
          || step.refusals.containsKey(order.id())
          || refusal(heard) != null) {
        continue;
      }
      // Before the first worker there is nobody whom an order could miss. It was taken on, or
      // refused, in a former life of this controller: that it holds is the safe side.
      var refusal = first ? null : fence(order);
      if (order.isExpired(step.now.instant())) {
        putInForce(heard);
      } else if (refusal != null) {
        refuse(heard, refusal);
      } else {
        carryOut(heard.with(read(order, first)), order);
      }
    }
    if (log.trippedBy() != null) {
      tripped(log.trippedBy());
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
            null,
            Origin.TRIPWIRE),
        null);
  }

  private @Nullable String refusal(HeardOrder heard) {
    if (heard.origin() == Origin.LOCAL) {
      // Who may use the control socket may give orders: the kernel has checked that.
      return null;
    }
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

  /** Why an order is about another run, or another process, than those that are here; or null. */
  private @Nullable String fence(Order order) {
    for (var target : order.scope().tasks()) {
      var missed = missed(target);
      if (missed != null) {
        return missed;
      }
    }
    for (var target : order.scope().workers()) {
      var missed = missed(target, order.issuedAt());
      if (missed != null) {
        return missed;
      }
    }
    return null;
  }

  private @Nullable String missed(TaskTarget target) {
    if (target.attempt() == null) {
      return null;
    }
    for (var slot : step.slots.values()) {
      var run = slot.run();
      if (run != null && run.task().id().equals(target.id())) {
        return run.task().attempt() == target.attempt()
            ? null
            : "task "
                + target.id()
                + " runs here as attempt "
                + run.task().attempt()
                + ", not "
                + target.attempt();
      }
    }
    var last = step.ended.lastOf(target.id());
    return last == null || last.attempt() < target.attempt()
        ? null
        : "attempt " + last.attempt() + " of task " + target.id() + " has ended here";
  }

  private @Nullable String missed(WorkerTarget target, Instant issuedAt) {
    if (target.incarnation() == null) {
      return null;
    }
    for (var slot : step.slots.values()) {
      if (!step.settings.workerId(slot.number()).equals(target.id())) {
        continue;
      }
      if (slot.incarnation() != target.incarnation()) {
        return "worker "
            + target.id()
            + " is incarnation "
            + slot.incarnation()
            + " now, not "
            + target.incarnation()
            + "; it "
            + slot.describe();
      }
      if (issuedAt.isBefore(step.startedAt)) {
        return "this controller has started anew since the order was issued: incarnation "
            + slot.incarnation()
            + " of worker "
            + target.id()
            + " is another process; it "
            + slot.describe();
      }
    }
    return null;
  }

  /**
   * What an order from the log still asks for. A backlog is not dropped by it: others may have done
   * so long ago, and what waits now may have been published since. And who was told to exit, and
   * was started again, stays.
   */
  private static Order read(Order order, boolean first) {
    return new Order(
        order.version(),
        order.id(),
        order.kind() == OrderKind.PURGE ? OrderKind.ROLL_CALL : order.kind(),
        order.scope(),
        order.inFlight(),
        order.scope().namesTasks() ? order.backlog() : Backlog.KEEP,
        first && order.then() == Then.EXIT ? Then.HOLD : order.then(),
        order.graceMillis(),
        order.reason(),
        order.issuedBy(),
        order.issuedAt(),
        order.expiresAt(),
        order.dryRun());
  }

  private boolean dropsBacklog(Order order) {
    return (order.kind() == OrderKind.PURGE
            || (order.kind() == OrderKind.KILL && order.backlog() != Backlog.KEEP))
        && !order.scope().namesTasks()
        && order.scope().coversController(step.settings.controller());
  }

  private void putInForce(HeardOrder heard) {
    var order = heard.order();
    if (order.dryRun()) {
      return;
    }
    if (order.setsHold() || order.kind() == OrderKind.RESUME) {
      step.holds = step.holds.plus(Holds.Statement.of(heard));
    }
    if (order.kind() == OrderKind.RESUME) {
      step.revocations = step.revocations.minus(order);
      step.effects.add(new Effect.Rearm());
    }
    if (order.revocation() != Backlog.KEEP) {
      step.revocations = step.revocations.plus(heard);
    }
    step.keep(heard.isKeptHereAlone());
  }

  /**
   * Begins to carry an order out.
   *
   * @param logged the order as it stands in the log, if it was read from there, or null
   */
  private void carryOut(HeardOrder heard, @Nullable Order logged) {
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
    if (logged != null) {
      run = run.come();
      if (!logged.dryRun() && dropsBacklog(logged)) {
        run =
            run.failing(
                "the order was read from the log, so the waiting tasks were left as they are: they"
                    + " may have been published since");
      }
    }
    if (order.dryRun() || order.kind() == OrderKind.ROLL_CALL) {
      finish(run);
      return;
    }
    putInForce(heard);
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
    kill(order, step.slots.values());
  }

  /** A run that was to be given back has started all the same: orders about it kill it now. */
  void startedAllTheSame(Slot slot) {
    for (var run : step.orders.values()) {
      if (run.order().kind() == OrderKind.KILL
          && run.order().scope().namesTasks()
          && run.stage() == Stage.KILLING
          && !run.targets().contains(slot.key())) {
        kill(run.order(), List.of(slot));
      }
    }
  }

  private void kill(Order order, Collection<Slot> slots) {
    var doomed = new ArrayList<Slot>();
    for (var slot : slots) {
      if (!slot.isLive() || !InScope.worker(step.settings, order.scope(), slot)) {
        continue;
      }
      if (order.scope().namesTasks()
          && slot.process() instanceof Slot.Busy busy
          && !busy.ahead().isEmpty()) {
        aim(order, slot, busy);
      } else {
        doomed.add(slot);
      }
    }
    killNow(order, doomed);
  }

  private void killNow(Order order, Collection<Slot> slots) {
    var doomed = new ArrayList<WorkerKey>();
    for (var one : slots) {
      var slot = one;
      if (current(order.id()).targets().contains(slot.key())) {
        continue;
      }
      if (order.graceMillis() > 0 && slot.process() instanceof Slot.Busy busy) {
        // Before it is asked to stop: it must not begin another then.
        slot = step.handedAhead.recallAll(slot, busy);
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

  /** A worker is to die for what it is at: first it must have nothing that it could begin then. */
  private void aim(Order order, Slot slot, Slot.Busy busy) {
    step.handedAhead.recallAll(slot, busy);
    var task = busy.run().task();
    var run = current(order.id());
    var aim = new OrderRun.Aim(slot.key(), task.id(), task.attempt());
    if (run.aims().contains(aim)) {
      return;
    }
    step.put(run.aiming(aim));
    step.schedule(
        new Timer.AimOver(order.id(), slot.key()), step.now.instant().plus(HandedAhead.AIM));
  }

  /** Kills those that an order aims at as soon as nothing else can be hit. */
  private void shoot(OrderRun run) {
    for (var aim : run.aims()) {
      var slot = step.slots.get(aim.worker().slot());
      if (slot == null || !isAt(slot, aim)) {
        // What it was at has ended by itself, or it is dead.
        step.put(current(run.order().id()).notAiming(aim));
      } else if (slot.ahead().isEmpty() || slot.process() instanceof Slot.Dying) {
        step.put(current(run.order().id()).notAiming(aim));
        kill(run.order(), List.of(slot));
      }
    }
  }

  private static boolean isAt(Slot slot, OrderRun.Aim aim) {
    var run = slot.run();
    return slot.key().equals(aim.worker()) && run != null && run.is(aim.task(), aim.attempt());
  }

  void aimOver(Timer.AimOver due) {
    var run = step.orders.get(due.order());
    if (run == null) {
      return;
    }
    for (var aim : run.aims()) {
      var slot = step.slots.get(aim.worker().slot());
      if (aim.worker().equals(due.worker()) && slot != null && isAt(slot, aim)) {
        step.put(current(due.order()).notAiming(aim));
        killNow(run.order(), List.of(slot));
      }
    }
  }

  /** Whether an order that killed a worker is about what it was at by then. */
  boolean isAbout(String id, Slot slot, Run inFlight) {
    var run = underWayOrDone(id);
    return run == null || InScope.run(step.settings, run.order().scope(), slot, inFlight);
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
      if (inFlight.delivery() != null) {
        settled(inFlight.delivery());
      }
      return;
    }
    var fate =
        switch (order.inFlightOfKill()) {
          case REQUEUE -> Fate.REQUEUED;
          case PURGE -> Fate.PURGED;
          case DEAD_LETTER -> Fate.DEAD_LETTERED;
        };
    var doomed = Doomed.of(inFlight, slot.queue(), slot.key(), fate);
    if (run != null && run.stage() == Stage.KILLING) {
      step.put(run.dooming(doomed));
    } else {
      settleLate(order, doomed.beginningLate());
    }
  }

  /** After the order had given the worker up: settled by itself, and the record completed. */
  private void settleLate(Order order, Doomed doomed) {
    var delivery = doomed.run().delivery();
    settle(order, doomed);
    var run = underWayOrDone(order.id());
    if (run == null || delivery == null || !step.isCurrent(delivery)) {
      return;
    }
    step.put(run.dooming(doomed));
    if (doomed.fate() != Fate.DEAD_LETTERED) {
      proveLate(order.id(), doomed);
    }
  }

  private void proveLate(String id, Doomed doomed) {
    long token = step.nextToken(new Pending.LateProof(id, doomed));
    var run = step.orders.get(id);
    if (run != null) {
      step.put(run.waitingFor(token));
    }
    step.effects.add(new Effect.Barrier(token, doomed.queue()));
  }

  private @Nullable OrderRun underWayOrDone(String id) {
    var run = step.orders.get(id);
    return run != null ? run : step.done.get(id);
  }

  private @Nullable Order orderOfDone(String id) {
    var over = step.done.get(id);
    return over == null ? null : over.order();
  }

  // Stages.

  void advanceAll() {
    for (var id : List.copyOf(step.orders.keySet())) {
      if (!current(id).aims().isEmpty()) {
        shoot(current(id));
      }
      boolean moved = true;
      while (moved && step.orders.containsKey(id)) {
        moved = advance(current(id));
      }
    }
  }

  /** Takes an order one stage on if nothing is left to wait for. */
  private boolean advance(OrderRun run) {
    if (!run.awaited().isEmpty() || !run.pending().isEmpty() || !run.aims().isEmpty()) {
      return false;
    }
    switch (run.stage()) {
      case KILLING -> {
        if (run.order().kind() == OrderKind.DRAIN && somethingRuns(run.order().scope())) {
          return false;
        }
        if (HandedAhead.isWaitedForBy(run.order().kind())
            && step.handedAhead.isOwedWordOn(run.order().scope())) {
          return false;
        }
        settleAll(run);
      }
      case SETTLING -> {
        if (!run.owed().isEmpty() && !run.isImpatient()) {
          return false;
        }
        prove(run);
      }
      case PROVING -> {
        var proven = run;
        for (var doomed : run.doomed()) {
          if (!doomed.settled() || doomed.late()) {
            continue;
          }
          if (doomed.fate() == Fate.REQUEUED || isOurs(doomed.run())) {
            proven = reports.settled(proven.settledOne(), doomed);
          } else {
            revokeLost(run.order(), doomed);
            step.keep(true);
            proven = proven.failing(unshown(doomed));
          }
        }
        step.put(proven.at(Stage.BACKLOG));
        startBacklog(proven);
      }
      case BACKLOG -> {
        if (isBeingWrittenDown(run)) {
          return false;
        }
        finish(run);
      }
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
    step.put(noteWhatIsBack(run).at(Stage.SETTLING));
    if (run.heard().isKeptHereAlone()) {
      step.schedule(
          new Timer.SettlementOver(run.order().id()),
          step.now.instant().plus(SETTLEMENT_WITHOUT_BROKER));
    }
    beginToSettle(run.order(), doomed -> true);
    // A run whose fate an earlier order decides, which still waits for others to die.
    for (var other : step.orders.values()) {
      if (other.stage() == Stage.KILLING) {
        beginToSettle(
            other.order(),
            doomed ->
                doomed.run().delivery() != null && run.owed().contains(doomed.run().delivery()));
      }
    }
    if (run.order().kind() == OrderKind.KILL && run.order().backlog() != Backlog.KEEP) {
      dropWaiting(run.order(), run.order().backlog());
    }
  }

  private OrderRun noteWhatIsBack(OrderRun run) {
    long back =
        run.doomed().stream()
            .filter(doomed -> doomed.fate() == Fate.REQUEUED && !isOurs(doomed.run()))
            .count();
    return back == 0
        ? run
        : run.noting(
            (back == 1 ? "1 task was" : back + " tasks were")
                + " back in the queue since the broker was lost: another host may run "
                + (back == 1 ? "it" : "them")
                + " already");
  }

  private boolean isOurs(Run run) {
    return run.delivery() != null && step.isCurrent(run.delivery());
  }

  /** Settles those runs of an order that are not being settled yet, in the order of arrival. */
  private void beginToSettle(Order order, Predicate<Doomed> which) {
    var run = current(order.id());
    var now = new ArrayList<Doomed>();
    var all = run.doomed();
    for (int i = 0; i < all.size(); i++) {
      var doomed = all.get(i);
      if (!doomed.begun() && which.test(doomed)) {
        now.add(doomed);
        all = all.with(i, doomed.beginning());
      }
    }
    step.put(run.withDoomed(all));
    now.sort(Comparator.comparing(Doomed::queue).thenComparingLong(OrderExecution::tag));
    for (var doomed : now) {
      settle(order, doomed);
    }
  }

  /** An order must see that run settled, whoever decides its fate. */
  void owes(String id, Run inFlight) {
    var run = step.orders.get(id);
    if (run != null && inFlight.delivery() != null && isOurs(inFlight)) {
      step.put(run.owing(inFlight.delivery()));
    }
  }

  void settled(DeliveryKey delivery) {
    for (var run : step.orders.values()) {
      if (run.owed().contains(delivery)) {
        step.put(run.notOwing(delivery));
      }
    }
  }

  /** The broker has every delivery of a queue back: none is owed, and none is ours to settle. */
  void handedBack(String queue) {
    for (var run : step.orders.values()) {
      step.put(run.handedBack(queue));
    }
  }

  private static long tag(Doomed doomed) {
    var delivery = doomed.run().delivery();
    return delivery == null ? 0 : delivery.tag();
  }

  private void settle(Order order, Doomed doomed) {
    var inFlight = doomed.run();
    var worker = step.settings.workerId(doomed.worker().slot());
    boolean ours = isOurs(inFlight);
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
    if (ours || doomed.fate() == Fate.REQUEUED) {
      return;
    }
    revokeLost(order, doomed);
    step.keep(true);
    var run = step.orders.get(order.id());
    if (run != null) {
      step.put(unsettle(run, inFlight.task().id()).failing(takenBack(doomed)));
    }
  }

  private static String takenBack(Doomed doomed) {
    return "task "
        + doomed.run().task().id()
        + ": the connection was lost and the broker took it back; it is "
        + doomed.fate().wire()
        + " when it comes up here again, and may run on another host before";
  }

  /**
   * What was settled on a connection that was lost before the broker had shown that it took it may
   * be the broker's again: nobody can say so of the next connection.
   */
  private static String unshown(Doomed doomed) {
    return "task "
        + doomed.run().task().id()
        + ": the connection was lost before the broker showed that it is "
        + doomed.fate().wire()
        + "; if it comes here again, it is";
  }

  /** What can't be shown to be gone must not start here again. */
  private void revokeLost(Order order, Doomed doomed) {
    if (doomed.fate() != Fate.REQUEUED) {
      step.revocations =
          step.revocations.plusLost(
              doomed.run().task().id(),
              doomed.fate() == Fate.PURGED ? Backlog.PURGE : Backlog.DEAD_LETTER,
              order);
    }
  }

  /** The broker has had its time, and may be away, frozen or out of disk. */
  void settlementOver(String id) {
    var run = step.orders.get(id);
    if (run == null) {
      return;
    }
    var next = run;
    if (isBeingWrittenDown(run)) {
      next = next.failing(NOT_WRITTEN_DOWN + " (the disk does not answer)");
    }
    int others = next.owed().size();
    for (var doomed : next.doomed()) {
      var delivery = doomed.run().delivery();
      others -= delivery != null && next.owed().contains(delivery) ? 1 : 0;
    }
    if (others > 0) {
      next =
          next.failing(
              (others == 1
                      ? "1 task whose fate another order decides is"
                      : others + " tasks whose fate other orders decide are")
                  + " not settled yet: "
                  + NO_ANSWER);
    }
    next = next.impatient();
    for (long token : run.pending()) {
      next = giveUp(next.notWaitingFor(token), token);
    }
    step.put(next);
  }

  private OrderRun giveUp(OrderRun run, long token) {
    return switch (step.pending.get(token)) {
      case Pending.Proof proof -> {
        step.pending = step.pending.minus(token);
        yield unproven(run, proof.queue(), NO_ANSWER);
      }
      case Pending.Waiting waiting -> {
        step.pending = step.pending.minus(token);
        yield run.failing("the waiting tasks of queue " + waiting.queue() + ": " + NO_ANSWER);
      }
      case Pending.LateProof late -> {
        step.pending = step.pending.minus(token);
        yield lateProven(run, late.doomed(), NO_ANSWER);
      }
      // It stays on its way: the delivery is acknowledged when the broker has the copy.
      case Pending.Copy copy ->
          unsettle(run, copy.task())
              .failing(
                  "task "
                      + copy.task()
                      + " is not among the dead letters yet ("
                      + NO_ANSWER
                      + "): it gets there when the broker takes messages again, or goes back to its"
                      + " queue if the connection is lost");
      case Pending.Result _, Pending.Keeping _ -> run;
      case null -> run;
    };
  }

  private OrderRun unproven(OrderRun run, String queue, String because) {
    var there =
        run.doomed().stream()
            .filter(doomed -> doomed.queue().equals(queue) && !doomed.late())
            .toList();
    var known = run;
    for (var doomed : there) {
      if (doomed.fate() != Fate.REQUEUED) {
        revokeLost(run.order(), doomed);
        known = unsettle(known, doomed.run().task().id());
      }
    }
    step.keep(true);
    boolean allGoBack = there.stream().allMatch(doomed -> doomed.fate() == Fate.REQUEUED);
    return run.heard().isKeptHereAlone() && allGoBack
        // Handed back or taken back when the connection ends: it is the broker's either way.
        ? known.noting(
            "queue "
                + queue
                + ": "
                + because
                + ", so it has not shown that it has the tasks back; it has them at the latest when"
                + " it finds the connection gone")
        : known.failing(noProof(queue, because));
  }

  private static String noProof(String queue, String because) {
    return "the broker did not show that it took the settlements on queue "
        + queue
        + ": "
        + because;
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
    var id = copy.order();
    if (id == null) {
      return;
    }
    var run = step.orders.get(id);
    if (run != null) {
      step.put(run.notWaitingFor(token));
    }
    run = underWayOrDone(id);
    var late = run == null ? null : run.late(copy.task(), copy.attempt());
    if (late != null && step.isCurrent(copy.delivery())) {
      proveLate(id, late);
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
    var touched = new TreeSet<String>(run.touched());
    run.doomed().forEach(doomed -> touched.add(doomed.queue()));
    // What waits here and may not start goes back now, behind what was in flight.
    touched.addAll(step.placement.consumeWanted());
    for (var queue : touched) {
      if (run.isImpatient()) {
        step.put(unproven(current(run.order().id()), queue, NO_ANSWER));
        continue;
      }
      long token = step.nextToken(new Pending.Proof(run.order().id(), queue));
      step.put(current(run.order().id()).waitingFor(token));
      step.effects.add(new Effect.Barrier(token, queue));
    }
  }

  void proven(long token, @Nullable String failure) {
    switch (step.pending.get(token)) {
      case Pending.Proof proof -> {
        step.pending = step.pending.minus(token);
        var run = step.orders.get(proof.order());
        if (run != null) {
          var next = run.notWaitingFor(token);
          step.put(failure == null ? next : unproven(next, proof.queue(), failure));
        }
      }
      case Pending.LateProof late -> {
        step.pending = step.pending.minus(token);
        var run = underWayOrDone(late.order());
        if (run != null) {
          step.put(lateProven(run.notWaitingFor(token), late.doomed(), failure));
        }
      }
      case null, default -> {}
    }
  }

  private OrderRun lateProven(OrderRun run, Doomed doomed, @Nullable String failure) {
    boolean goesBack = doomed.fate() == Fate.REQUEUED;
    if (failure == null && (goesBack || isOurs(doomed.run()))) {
      return reports.settled(run.settledOne(), doomed);
    }
    if (!goesBack) {
      revokeLost(run.order(), doomed);
      step.keep(true);
    }
    return run.failing(failure == null ? unshown(doomed) : noProof(doomed.queue(), failure));
  }

  // The backlog.

  private void startBacklog(OrderRun run) {
    var order = run.order();
    boolean purge = order.kind() == OrderKind.PURGE;
    if (!dropsBacklog(order)) {
      return;
    }
    for (var queue : step.queues.keySet()) {
      if (!order.scope().coversQueue(queue)) {
        continue;
      }
      if (!step.connected || run.isImpatient()) {
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
          long token =
              step.conclusion.deadLetter(
                  key,
                  entry.getValue(),
                  DeadReason.KILLED,
                  step.conclusion.detailOf(order),
                  order,
                  Outcome.KILLED);
          if (token != 0) {
            step.put(current(order.id()).waitingFor(token));
          }
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
    // The runs with their tasks are not needed any more.
    step.put(reports.done(run.withDoomed(TreePVector.empty()).at(Stage.DONE)));
  }
}
