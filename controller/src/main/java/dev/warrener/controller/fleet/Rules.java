package dev.warrener.controller.fleet;

/**
 * All rules, each built from the rules that it calls. A rule never calls one that is built later,
 * so calls run in one direction. Rules keep nothing between calls.
 */
final class Rules {
  private final Retention retention = new Retention();
  private final TaskReports taskReports = new TaskReports();
  private final OrderReports orderReports = new OrderReports();
  private final TaskOutcomes outcomes = new TaskOutcomes(taskReports);
  private final Suspects suspects = new Suspects();
  private final Duplicates duplicates = new Duplicates(taskReports);
  private final TaskArrival arrival = new TaskArrival(outcomes, duplicates, suspects);
  private final Consumption consumption = new Consumption();
  private final Dispatch dispatch = new Dispatch(outcomes);
  private final WorkerPrefetch prefetch = new WorkerPrefetch(dispatch);
  private final OrderKilling killing = new OrderKilling(prefetch, orderReports);
  private final KilledRuns killedRuns =
      new KilledRuns(outcomes, taskReports, arrival, orderReports, retention);
  private final Publications publications = new Publications(outcomes, taskReports, killedRuns);
  private final Supervision supervision = new Supervision(killing, killedRuns, outcomes, arrival);
  private final RunProgress runProgress =
      new RunProgress(supervision, killing, prefetch, arrival, outcomes, taskReports, suspects);
  private final Shutdown shutdown = new Shutdown(supervision, consumption);
  private final OrderBacklog backlog = new OrderBacklog(outcomes, taskReports);
  private final OrderSettlement settlement =
      new OrderSettlement(killedRuns, consumption, orderReports, retention);
  private final OrderExecution execution =
      new OrderExecution(
          prefetch, killing, killedRuns, settlement, backlog, orderReports, retention, shutdown);
  private final OrderArrival orderArrival =
      new OrderArrival(execution, killing, backlog, arrival, orderReports, retention);
  private final FormerKills formerKills = new FormerKills(orderArrival, orderReports, retention);

  /** Applies an event to the state. */
  void take(Transition change, Event event) {
    switch (event) {
      case Event.BrokerUp up -> consumption.brokerUp(change, up);
      case Event.BrokerDown down -> consumption.brokerDown(change, down);
      case Event.OrdersSynced log -> orderArrival.synced(change, log);
      case Event.Remembered remembered -> retention.remembered(change, remembered.retained());
      case Event.KillsRemembered remembered -> formerKills.remembered(change, remembered);
      case Event.SuspectRunsRead remembered -> suspects.remembered(change, remembered.runs());
      case Event.Kept kept -> retention.kept(change, kept);
      case Event.OrdersDown down -> orderArrival.disconnected(change, down);
      case Event.OrderArrived arrived -> orderArrival.arrived(change, arrived.heard());
      case Event.UnreadableOrder unreadable -> orderReports.refusedUnread(change, unreadable);
      case Event.ConnectionRefused refused -> OrderReports.refusedConnection(change, refused);
      case Event.Tripped tripped -> orderArrival.tripped(change, tripped.orderId());
      case Event.Delivered delivered -> arrival.delivered(change, delivered);
      case Event.DeliveredInvalid invalid -> arrival.invalid(change, invalid);
      case Event.ConsumptionEnded ended -> consumption.ended(change, ended);
      case Event.Spawned spawned -> supervision.spawned(change, spawned);
      case Event.SpawnFailed failed -> supervision.spawnFailed(change, failed);
      case Event.Ready ready -> supervision.ready(change, ready);
      case Event.Started started -> runProgress.started(change, started);
      case Event.Finished finished -> runProgress.finished(change, finished);
      case Event.ProtocolBroken broken -> supervision.protocolBroken(change, broken);
      case Event.TreeEmpty empty -> supervision.treeEmpty(change, empty);
      case Event.StoodStill still -> supervision.stoodStill(change, still.duration());
      case Event.Unconfirmed unconfirmed -> supervision.unconfirmed(change, unconfirmed);
      case Event.Published published -> publications.published(change, published.token());
      case Event.PublishFailed failed -> publications.failed(change, failed);
      case Event.BarrierPassed passed -> settlement.proven(change, passed.token(), null);
      case Event.BarrierFailed failed -> settlement.proven(change, failed.token(), failed.reason());
      case Event.BacklogDone done ->
          backlog.over(change, done.token(), done.count(), done.unread(), null);
      case Event.BacklogFailed failed ->
          backlog.over(change, failed.token(), failed.count(), 0, failed.reason());
      case Event.TimerDue due -> timer(change, due.timer());
      case Event.PresenceHeard heard ->
          change.others = change.others.heard(heard.presence(), heard.at(), heard.userId());
      case Event.OthersSeen seen ->
          seen.at().forEach((id, at) -> change.others = change.others.seen(id, at));
      case Event.StopRequested _ -> shutdown.requested(change);
    }
  }

  private void timer(Transition change, Timer timer) {
    switch (timer) {
      case Timer.StartDeadline due -> supervision.startDeadline(change, due.worker());
      case Timer.RunDeadline due -> runProgress.deadline(change, due);
      case Timer.RecallDue _ -> prefetch.recallDue(change);
      case Timer.LookAheadDue due -> consumption.lookAheadDue(change, due.queue());
      case Timer.RecallUnanswered due -> runProgress.recallUnanswered(change, due);
      case Timer.DeferralOver due -> killing.deferredForTooLong(change, due);
      case Timer.GraceOver due -> supervision.graceOver(change, due.worker());
      case Timer.Respawn due -> supervision.respawnDue(change, due);
      case Timer.LeaseOver _ -> supervision.leaseOver(change);
      case Timer.DrainOver _ -> shutdown.drainOver(change);
      case Timer.BroadcastOver due -> orderArrival.broadcastOver(change, due.order());
      case Timer.SettlementOver due -> settlement.patienceOver(change, due.order());
    }
  }

  /** Adjusts workers, consumption, orders and dispatch to the new state. Idempotent. */
  void reconcile(Transition change) {
    prefetch.recallWhatMayNotStart(change);
    execution.advanceAll(change);
    shutdown.advance(change);
    prefetch.recallWhatMayNotStart(change);
    supervision.spawnWanted(change);
    consumption.consumeWanted(change);
    if (change.mayDispatch()) {
      dispatch.toIdleWorkers(change);
      prefetch.handOut(change);
      consumption.watchWaiting(change);
    }
    supervision.showRunning(change);
    suspects.strikeOutEnded(change);
    KillRecord.keep(change);
  }
}
