package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.FleetState.Phase;
import dev.warrener.controller.fleet.OrderRun.Doomed;
import dev.warrener.controller.process.DeathCertificate;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Report;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is said about orders. Each report counts up the order's sequence. */
final class OrderReports {
  private final Step step;

  OrderReports(Step step) {
    this.step = step;
  }

  OrderRun heard(OrderRun run) {
    var next = run.saidOneMore();
    var scope = run.order().scope();
    say(
        next,
        new Report.ControllerHeard(
            1,
            run.order().id(),
            step.settings.controller(),
            step.settings.host(),
            step.now.instant(),
            next.said(),
            expected(scope),
            Portrait.roster(step.roster, step.now.instant()),
            run.order().kind() == OrderKind.ROLL_CALL || run.order().dryRun()
                ? Portrait.of(step.decision().state(), step.now.instant())
                : null));
    return next;
  }

  private Report.Expected expected(Scope scope) {
    int workers = 0;
    int busy = 0;
    int tasks = 0;
    int waiting = 0;
    Instant oldest = null;
    for (var slot : step.slots.values()) {
      if (!slot.isLive() || !InScope.worker(step.settings, scope, slot)) {
        continue;
      }
      workers++;
      var run = slot.run();
      if (run == null) {
        continue;
      }
      busy++;
      var startedAt = run.startedAt();
      if (startedAt != null) {
        tasks++;
        oldest = oldest == null || startedAt.isBefore(oldest) ? startedAt : oldest;
      }
    }
    if (scope.coversController(step.settings.controller())) {
      for (var queue : step.queues.values()) {
        if (scope.coversQueue(queue.name())) {
          for (var task : queue.waiting().values()) {
            waiting += scope.coversTask(task.id(), task.batch()) ? 1 : 0;
          }
        }
      }
    }
    return new Report.Expected(
        workers,
        tasks,
        busy,
        waiting,
        oldest == null ? null : Duration.between(oldest, step.now.instant()).toMillis());
  }

  OrderRun dead(OrderRun run, Slot slot, DeathCertificate certificate, @Nullable String inFlight) {
    var next = run.saidOneMore();
    say(
        next,
        new Report.WorkerDead(
            1,
            run.order().id(),
            step.settings.controller(),
            step.settings.host(),
            step.now.instant(),
            next.said(),
            step.settings.workerId(slot.number()),
            slot.incarnation(),
            certificate.pid(),
            certificate.startTicks(),
            certificate.containment(),
            certificate.signal(),
            certificate.exitCode(),
            certificate.processesKilled(),
            true,
            certificate.proven(),
            inFlight,
            certificate.deathMicros()));
    return next;
  }

  OrderRun unconfirmed(
      OrderRun run, Slot slot, Event.Unconfirmed unconfirmed, @Nullable String inFlight) {
    var next = run.saidOneMore();
    var survivors = new ArrayList<Report.Survivor>();
    for (var survivor : unconfirmed.survivors()) {
      survivors.add(new Report.Survivor(survivor.pid(), survivor.state(), survivor.command()));
    }
    say(
        next,
        new Report.WorkerUnconfirmed(
            1,
            run.order().id(),
            step.settings.controller(),
            step.settings.host(),
            step.now.instant(),
            next.said(),
            step.settings.workerId(slot.number()),
            slot.incarnation(),
            unconfirmed.pid(),
            unconfirmed.startTicks(),
            step.settings.containment(),
            inFlight,
            survivors));
    return next;
  }

  OrderRun settled(OrderRun run, Doomed doomed) {
    var next = run.saidOneMore();
    var task = doomed.run().task();
    say(
        next,
        new Report.TaskSettled(
            1,
            run.order().id(),
            step.settings.controller(),
            step.settings.host(),
            step.now.instant(),
            next.said(),
            task.id(),
            task.attempt(),
            task.batch(),
            doomed.queue(),
            doomed.fate()));
    return next;
  }

  OrderRun done(OrderRun run) {
    var next = run.saidOneMore();
    say(
        next,
        new Report.ControllerDone(
            1,
            run.order().id(),
            step.settings.controller(),
            step.settings.host(),
            step.now.instant(),
            next.said(),
            run.workers(),
            run.tasks(),
            run.backlog(),
            stateFor(run.order().scope()),
            step.now.microsSince(run.startedNanos()),
            List.copyOf(run.failed())));
    return next;
  }

  /** Held if all that the order is about is held here. */
  private ControllerState stateFor(Scope scope) {
    if (step.phase != Phase.RUNNING) {
      return ControllerState.EXITING;
    }
    boolean any = false;
    for (var slot : step.slots.values()) {
      if (scope.coversController(step.settings.controller())
          && scope.coversQueue(slot.queue())
          && scope.coversWorker(step.settings.workerId(slot.number()))) {
        any = true;
        if (!step.supervision.held(slot)) {
          return ControllerState.RUNNING;
        }
      }
    }
    return any ? ControllerState.HELD : ControllerState.RUNNING;
  }

  void refused(HeardOrder heard, String because) {
    step.log(
        true,
        "refused order "
            + heard.order().id()
            + (heard.userId() == null ? "" : " of user " + heard.userId())
            + ": "
            + because);
    step.effects.add(new Effect.Say(refusal(heard.order().id(), because), heard.replyTo()));
  }

  void refusedUnread(String id, String because) {
    step.effects.add(new Effect.Say(refusal(id, because), null));
  }

  private Report.ControllerRefused refusal(String id, String because) {
    return new Report.ControllerRefused(
        1, id, step.settings.controller(), step.settings.host(), step.now.instant(), 1, because);
  }

  private void say(OrderRun run, Report report) {
    step.effects.add(new Effect.Say(report, run.heard().replyTo()));
  }
}
