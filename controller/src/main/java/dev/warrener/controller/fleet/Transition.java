package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.EndedRuns;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.FleetState.Pending;
import dev.warrener.controller.fleet.state.FleetState.Phase;
import dev.warrener.controller.fleet.state.FleetState.QueueState;
import dev.warrener.controller.fleet.state.FleetState.Seen;
import dev.warrener.controller.fleet.state.Holds;
import dev.warrener.controller.fleet.state.KnownTasks;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.controller.fleet.state.OrderProgress;
import dev.warrener.controller.fleet.state.RetainedRestrictions;
import dev.warrener.controller.fleet.state.Revocations;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.controller.fleet.state.Slot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.pcollections.HashPMap;
import org.pcollections.TreePMap;

/**
 * One step of the fleet: a working copy of the state, and the effects so far. Lives for one call of
 * {@link Fleet#decide} and is seen by nobody else.
 */
final class Transition {
  final Settings settings;
  final Instant startedAt;
  final Now now;
  final List<Effect> effects = new ArrayList<>();

  final Placement placement = new Placement(this);
  final TaskOutcomes conclusion = new TaskOutcomes(this);
  final Supervision supervision = new Supervision(this);
  final OrderReports orderReports = new OrderReports(this);
  final OrderArrival orderArrival = new OrderArrival(this);
  final OrderKilling orderKilling = new OrderKilling(this);
  final OrderSettlement orderSettlement = new OrderSettlement(this);
  final OrderBacklog orderBacklog = new OrderBacklog(this);
  final OrderExecution orderExecution = new OrderExecution(this);
  final WorkerPrefetch handedAhead;

  Phase phase;
  long generation;
  boolean connected;
  boolean synced;
  TreePMap<Integer, Slot> slots;
  TreePMap<String, QueueState> queues;
  Holds holds;
  Revocations revocations;
  KnownTasks known;
  EndedRuns ended;
  TreePMap<String, OrderProgress> orders;
  TreePMap<String, OrderProgress> done;
  TreePMap<String, String> refusals;
  HashPMap<Long, Pending> pending;
  long lastToken;
  HashPMap<String, Seen> roster;
  boolean shownRunning;
  RetainedRestrictions keepsake;
  long refused;
  HashPMap<String, Boolean> refusedLately;
  boolean watchesAhead;

  Transition(FleetState state, Now now) {
    this.now = now;
    settings = state.settings();
    startedAt = state.startedAt();
    phase = state.phase();
    generation = state.generation();
    connected = state.connected();
    synced = state.synced();
    slots = state.slots();
    queues = state.queues();
    holds = state.holds();
    revocations = state.revocations();
    known = state.known();
    ended = state.ended();
    orders = state.orders();
    done = state.done();
    refusals = state.refusals();
    pending = state.pending();
    lastToken = state.lastToken();
    roster = state.roster();
    shownRunning = state.shownRunning();
    keepsake = state.keepsake();
    refused = state.refused();
    refusedLately = state.refusedLately();
    watchesAhead = state.watchesAhead();
    handedAhead = new WorkerPrefetch(this);
  }

  Fleet.Decision decision() {
    return new Fleet.Decision(
        new FleetState(
            settings,
            startedAt,
            phase,
            generation,
            connected,
            synced,
            slots,
            queues,
            holds,
            revocations,
            known,
            ended,
            orders,
            done,
            refusals,
            pending,
            lastToken,
            roster,
            shownRunning,
            keepsake,
            refused,
            refusedLately,
            watchesAhead),
        List.copyOf(effects));
  }

  void take(Event event) {
    switch (event) {
      case Event.BrokerUp up -> brokerUp(up);
      case Event.BrokerDown down -> brokerDown(down);
      case Event.OrdersSynced log -> orderArrival.synced(log);
      case Event.Remembered remembered -> orderArrival.remembered(remembered.keepsake());
      case Event.Kept kept -> orderExecution.kept(kept);
      case Event.OrdersDown down -> ordersDown(down);
      case Event.OrderArrived arrived -> orderArrival.arrived(arrived.heard());
      case Event.UnreadableOrder unreadable -> orderArrival.unreadable(unreadable);
      case Event.Tripped tripped -> orderArrival.tripped(tripped.orderId());
      case Event.Delivered delivered -> placement.delivered(delivered.key(), delivered.task());
      case Event.DeliveredInvalid invalid -> placement.invalid(invalid);
      case Event.ConsumptionEnded ended -> placement.consumptionEnded(ended);
      case Event.Spawned spawned -> supervision.spawned(spawned);
      case Event.SpawnFailed failed -> supervision.spawnFailed(failed);
      case Event.Ready ready -> supervision.ready(ready);
      case Event.Started started -> supervision.started(started);
      case Event.Finished finished -> supervision.finished(finished);
      case Event.TreeEmpty empty -> supervision.treeEmpty(empty.certificate(), empty.lastWords());
      case Event.StoodStill still -> supervision.stoodStill(still.duration());
      case Event.Unconfirmed unconfirmed -> supervision.unconfirmed(unconfirmed);
      case Event.Published published -> published(published.token());
      case Event.PublishFailed failed -> publishFailed(failed);
      case Event.BarrierPassed passed -> orderSettlement.proven(passed.token(), null);
      case Event.BarrierFailed failed -> orderSettlement.proven(failed.token(), failed.reason());
      case Event.BacklogDone done -> orderBacklog.backlogOver(done.token(), done.count(), null);
      case Event.BacklogFailed failed ->
          orderBacklog.backlogOver(failed.token(), failed.count(), failed.reason());
      case Event.TimerDue due -> timer(due.timer());
      case Event.PresenceHeard heard -> presenceHeard(heard);
      case Event.OthersSeen others -> others.at().forEach(this::seen);
      case Event.StopRequested _ -> stopRequested();
    }
  }

  /** Brings what is there in line with what is wanted; idempotent. */
  void reconcile() {
    handedAhead.recallWhatMayNotStart();
    orderExecution.advanceAll();
    shutDown();
    handedAhead.recallWhatMayNotStart();
    supervision.spawnWanted();
    placement.consumeWanted();
    placement.dispatchAll();
    supervision.showRunning();
  }

  private void brokerUp(Event.BrokerUp up) {
    if (up.generation() <= generation) {
      return;
    }
    if (connected) {
      placement.forgetDeliveries();
    }
    generation = up.generation();
    connected = true;
  }

  private void brokerDown(Event.BrokerDown down) {
    if (!connected || down.generation() != generation) {
      return;
    }
    connected = false;
    log(true, "lost the broker (" + down.reason() + "): running tasks " + theirFate());
    placement.forgetDeliveries();
    // The lease runs from the broker's last word, not from when its silence was noticed.
    startLease(now.instant().minus(down.silence()));
  }

  private String theirFate() {
    return switch (settings.withoutBroker()) {
      case LEASE -> "go on for " + settings.lease().toMillis() + " ms at most";
      case KILL -> "are killed";
      case FINISH -> "go on to their end";
    };
  }

  /** Bounds the runs whose deliveries the broker has had back since {@code since}. */
  void startLease(Instant since) {
    switch (settings.withoutBroker()) {
      case LEASE -> schedule(new Timer.LeaseOver(generation), since.plus(settings.lease()));
      case KILL -> schedule(new Timer.LeaseOver(generation), now.instant());
      case FINISH -> {}
    }
  }

  private void ordersDown(Event.OrdersDown down) {
    if (synced) {
      synced = false;
      log(true, "can't hear orders (" + down.reason() + "): no new tasks are taken");
    }
  }

  private void published(long token) {
    var what = pending.get(token);
    if (what == null) {
      return;
    }
    pending = pending.minus(token);
    switch (what) {
      case Pending.Copy copy -> {
        ended = ended.settled(copy.task(), copy.attempt());
        acknowledge(copy.delivery());
        orderSettlement.copyTaken(copy, token);
      }
      case Pending.Result result -> acknowledge(result.delivery());
      case Pending.Proof _, Pending.LateProof _, Pending.Waiting _, Pending.Keeping _ -> {}
    }
  }

  private void publishFailed(Event.PublishFailed failed) {
    var what = pending.get(failed.token());
    if (what == null) {
      return;
    }
    pending = pending.minus(failed.token());
    switch (what) {
      case Pending.Copy copy -> {
        log(
            true,
            "task "
                + copy.task()
                + " could not be moved ("
                + failed.reason()
                + "): it goes back to its queue");
        requeue(copy.delivery());
        orderSettlement.copyFailed(copy, failed.token(), failed.reason());
      }
      // The work is done and the message must not come again: a result that can't be published is
      // lost.
      case Pending.Result result -> {
        log(true, "a result could not be published: " + failed.reason());
        acknowledge(result.delivery());
      }
      case Pending.Proof _, Pending.LateProof _, Pending.Waiting _, Pending.Keeping _ -> {}
    }
  }

  private void timer(Timer timer) {
    switch (timer) {
      case Timer.StartDeadline due -> supervision.startDeadline(due.worker());
      case Timer.RunDeadline due -> supervision.runDeadline(due);
      case Timer.RecallDue _ -> handedAhead.recallDue();
      case Timer.RecallUnanswered due -> supervision.recallUnanswered(due);
      case Timer.AimOver due -> orderKilling.aimOver(due);
      case Timer.GraceOver due -> supervision.graceOver(due.worker());
      case Timer.Respawn due -> supervision.respawnDue(due);
      case Timer.LeaseOver due -> supervision.leaseOver(due.generation());
      case Timer.DrainOver _ -> drainOver();
      case Timer.SettlementOver due -> orderSettlement.settlementOver(due.order());
    }
  }

  private void presenceHeard(Event.PresenceHeard heard) {
    var presence = heard.presence();
    if (!presence.id().equals(settings.controller())) {
      roster = roster.plus(presence.id(), new Seen(presence, heard.at()));
    }
  }

  private void seen(String id, Instant at) {
    var before = roster.get(id);
    if (before != null) {
      roster = roster.plus(id, new Seen(before.presence(), at));
    }
  }

  private void stopRequested() {
    switch (phase) {
      case STARTING, DRAINING -> phase = Phase.STOPPING;
      case RUNNING -> drain();
      case STOPPING, ENDED -> {}
    }
    if (phase == Phase.STOPPING) {
      schedule(new Timer.DrainOver(), now.instant().plus(settings.drainDeadline()));
    }
  }

  /** Takes no more tasks, lets running ones finish, and then ends. */
  void drain() {
    if (phase == Phase.RUNNING || phase == Phase.STARTING) {
      phase = Phase.DRAINING;
      log(
          false,
          "draining: no more tasks are taken, running ones have "
              + settings.drainDeadline().toSeconds()
              + " s to finish");
      schedule(new Timer.DrainOver(), now.instant().plus(settings.drainDeadline()));
    }
  }

  private void drainOver() {
    if (phase == Phase.DRAINING) {
      log(true, "the time for draining is over: what still runs is killed and requeued");
      phase = Phase.STOPPING;
      schedule(new Timer.DrainOver(), now.instant().plus(settings.drainDeadline()));
    } else if (phase == Phase.STOPPING && noneLive()) {
      end();
    }
  }

  private void shutDown() {
    if (phase == Phase.DRAINING
        && slots.values().stream().allMatch(slot -> slot.run() == null)
        && orders.isEmpty()) {
      phase = Phase.STOPPING;
      schedule(new Timer.DrainOver(), now.instant().plus(settings.drainDeadline()));
    }
    if (phase == Phase.STOPPING) {
      supervision.killAllForStop();
      boolean settled = pending.isEmpty() || !connected;
      if (noneLive() && settled && (orders.isEmpty() || !connected)) {
        end();
      }
    }
  }

  private boolean noneLive() {
    return slots.values().stream().noneMatch(Slot::isLive);
  }

  private void end() {
    placement.returnAllWaiting();
    supervision.showRunning();
    phase = Phase.ENDED;
    effects.add(new Effect.End());
  }

  // What all parts of a step use.

  long nextToken(Pending what) {
    lastToken++;
    pending = pending.plus(lastToken, what);
    return lastToken;
  }

  /**
   * Has written down what is to be remembered over a restart, if that has changed.
   *
   * @param isNew whether it may have become more, and not only less
   */
  void keep(boolean isNew) {
    if (!isNew && keepsake.isEmpty()) {
      return;
    }
    var next = RetainedRestrictions.of(holds, revocations);
    if (!next.equals(keepsake)) {
      keepsake = next;
      effects.add(new Effect.Keep(nextToken(new Pending.Keeping()), next));
    }
  }

  boolean isCurrent(DeliveryKey delivery) {
    return connected && delivery.generation() == generation;
  }

  void acknowledge(DeliveryKey delivery) {
    if (isCurrent(delivery)) {
      effects.add(new Effect.Acknowledge(delivery));
      orderSettlement.settled(delivery);
    }
  }

  void requeue(DeliveryKey delivery) {
    if (isCurrent(delivery)) {
      effects.add(new Effect.Requeue(delivery));
      orderSettlement.settled(delivery);
    }
  }

  void put(Slot slot) {
    slots = slots.plus(slot.number(), slot);
  }

  void put(QueueState queue) {
    queues = queues.plus(queue.name(), queue);
  }

  void put(OrderProgress order) {
    var id = order.order().id();
    if (order.isOver()) {
      orders = orders.minus(id);
      done = done.plus(id, order);
      // Ids sort by time: the first is the oldest. An order that is expired can't come again.
      while (done.size() > 1000 && done.firstEntry().getValue().order().isExpired(now.instant())) {
        done = done.minus(done.firstKey());
      }
    } else {
      orders = orders.plus(id, order);
    }
  }

  void schedule(Timer timer, Instant at) {
    effects.add(new Effect.Schedule(timer, at));
  }

  void log(boolean warning, String message) {
    effects.add(new Effect.Log(warning, message));
  }
}
