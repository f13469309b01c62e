package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.FleetState.Phase;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.OrderProgress;
import dev.warrener.controller.fleet.state.OrderProgress.Doomed;
import dev.warrener.controller.fleet.state.ScopeMatcher;
import dev.warrener.controller.fleet.state.Slot;
import dev.warrener.controller.process.DeathCertificate;
import dev.warrener.messaging.order.Order;
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
  private static final int REFUSED_KEPT = 1000;

  private final Transition step;

  OrderReports(Transition step) {
    this.step = step;
  }

  OrderProgress heard(OrderProgress run) {
    var scope = run.order().scope();
    var expected = expected(scope);
    var order = run.heard();
    record(
        order.order(),
        new AuditEntry.Accepted(
            step.now.instant(), order.origin(), order.userId(), order.order(), expected));
    return say(
        run,
        new Report.ControllerHeard(
            1,
            run.order().id(),
            step.settings.controller(),
            step.settings.host(),
            step.now.instant(),
            run.said() + 1,
            expected,
            PresenceSnapshot.roster(step.roster, step.now.instant()),
            run.order().kind() == OrderKind.ROLL_CALL || run.order().dryRun()
                ? PresenceSnapshot.of(step.decision().state(), step.now.instant())
                : null));
  }

  private Report.Expected expected(Scope scope) {
    int workers = 0;
    int busy = 0;
    int tasks = 0;
    int waiting = 0;
    Instant oldest = null;
    for (var slot : step.slots.values()) {
      if (!slot.isLive() || !ScopeMatcher.worker(step.settings, scope, slot)) {
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
          for (var slot : step.slots.values()) {
            if (slot.queue().equals(queue.name())) {
              for (var run : slot.ahead()) {
                waiting += scope.coversTask(run.task().id(), run.task().batch()) ? 1 : 0;
              }
            }
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

  OrderProgress dead(
      OrderProgress run, Slot slot, DeathCertificate certificate, @Nullable String inFlight) {
    return say(
        run,
        new Report.WorkerDead(
            1,
            run.order().id(),
            step.settings.controller(),
            step.settings.host(),
            step.now.instant(),
            run.said() + 1,
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
  }

  OrderProgress unconfirmed(
      OrderProgress run, Slot slot, Event.Unconfirmed unconfirmed, @Nullable String inFlight) {
    var survivors = new ArrayList<Report.Survivor>();
    for (var survivor : unconfirmed.survivors()) {
      survivors.add(new Report.Survivor(survivor.pid(), survivor.state(), survivor.command()));
    }
    return say(
        run,
        new Report.WorkerUnconfirmed(
            1,
            run.order().id(),
            step.settings.controller(),
            step.settings.host(),
            step.now.instant(),
            run.said() + 1,
            step.settings.workerId(slot.number()),
            slot.incarnation(),
            unconfirmed.pid(),
            unconfirmed.startTicks(),
            step.settings.containment(),
            inFlight,
            survivors));
  }

  OrderProgress settled(OrderProgress run, Doomed doomed) {
    var task = doomed.run().task();
    return say(
        run,
        new Report.TaskSettled(
            1,
            run.order().id(),
            step.settings.controller(),
            step.settings.host(),
            step.now.instant(),
            run.said() + 1,
            task.id(),
            task.attempt(),
            task.batch(),
            doomed.queue(),
            doomed.fate()));
  }

  OrderProgress done(OrderProgress run) {
    return say(
        run,
        new Report.ControllerDone(
            1,
            run.order().id(),
            step.settings.controller(),
            step.settings.host(),
            step.now.instant(),
            run.said() + 1,
            run.workers(),
            run.tasks(),
            run.backlog(),
            stateFor(run.order().scope()),
            step.now.microsSince(run.startedNanos()),
            List.copyOf(run.failed()),
            run.notes().isEmpty() ? null : List.copyOf(run.notes())));
  }

  /** Says all again that has been said, to whoever came later or missed some. */
  void again(OrderProgress run, HeardOrder joining) {
    record(
        run.order(),
        new AuditEntry.Joined(
            step.now.instant(), joining.origin(), joining.userId(), run.order().id()));
    for (var report : run.reports()) {
      step.effects.add(new Effect.Say(report, joining.replyTo()));
    }
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

  /** Nothing is done, and it is said why. */
  void refused(HeardOrder heard, String because) {
    var id = heard.order().id();
    if (record(id, heard.userId(), heard.origin(), because, heard.order())) {
      step.effects.add(new Effect.Say(refusal(id, because), heard.replyTo()));
    }
  }

  /** Nothing is done, and whoever follows the order of that id hears nothing of it. */
  void refusedSilently(HeardOrder heard, String because) {
    var _ = record(heard.order().id(), heard.userId(), heard.origin(), because, heard.order());
  }

  void refusedUnread(Event.UnreadableOrder unreadable) {
    boolean isNew =
        record(
            unreadable.id(), unreadable.userId(), unreadable.origin(), unreadable.because(), null);
    if (isNew && unreadable.id() != null) {
      step.effects.add(new Effect.Say(refusal(unreadable.id(), unreadable.because()), null));
    }
  }

  /** Writes a refusal down; false if it was, when the same message came by another way. */
  private boolean record(
      @Nullable String id,
      @Nullable String user,
      HeardOrder.Origin origin,
      String because,
      @Nullable Order order) {
    String key = id == null ? because : id;
    var before = step.refusedLately.get(key);
    boolean isFromLog = origin == HeardOrder.Origin.LOG;
    if (step.refusedLately.size() >= REFUSED_KEPT) {
      step.refusedLately = step.refusedLately.minusAll(step.refusedLately.keySet());
    }
    step.refusedLately = step.refusedLately.plus(key, !isFromLog || Boolean.TRUE.equals(before));
    if (before != null && (isFromLog || !before)) {
      return false;
    }
    step.refused++;
    step.log(
        true,
        "refused "
            + (id == null ? "an order" : "order " + id)
            + (user == null ? "" : " of user " + user)
            + ": "
            + because);
    step.effects.add(
        new Effect.Audit(
            new AuditEntry.Refused(step.now.instant(), origin, user, id, because, order)));
    return true;
  }

  private Report.ControllerRefused refusal(String id, String because) {
    return new Report.ControllerRefused(
        1, id, step.settings.controller(), step.settings.host(), step.now.instant(), 1, because);
  }

  private OrderProgress say(OrderProgress run, Report report) {
    step.effects.add(new Effect.Say(report, run.heard().replyTo()));
    var next = run.saying(report);
    if (report instanceof Report.ControllerDone done) {
      record(run.order(), AuditEntry.ended(next.reports(), done));
    } else if (run.isOver()) {
      record(run.order(), new AuditEntry.Late(step.now.instant(), report.order(), report));
    }
    return next;
  }

  /** Questions change nothing, and are many: they are not written down. */
  private void record(Order order, AuditEntry entry) {
    if (!order.dryRun() && order.kind() != OrderKind.ROLL_CALL) {
      step.effects.add(new Effect.Audit(entry));
    }
  }
}
