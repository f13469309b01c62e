package dev.warrener.controller.fleet;

import dev.warrener.controller.death.DeathCertificate;
import dev.warrener.controller.fleet.state.FleetState.Phase;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.KilledRun;
import dev.warrener.controller.fleet.state.OrderProgress;
import dev.warrener.controller.fleet.state.RetainedKills;
import dev.warrener.controller.fleet.state.ScopeMatcher;
import dev.warrener.controller.fleet.state.Slot;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.UnloggedOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the reports about orders. Each report counts up the sequence of its order. */
final class OrderReports {
  /** Reports that an order has arrived, and what it covers here. */
  OrderProgress heard(Transition change, OrderProgress progress) {
    return heard(change, progress, expected(change, progress.order().scope()));
  }

  /** Reports that an order has arrived, and what it covers, or covered in a former run. */
  OrderProgress heard(Transition change, OrderProgress progress, Report.Expected expected) {
    var heard = progress.heard();
    var order = progress.order();
    record(
        change,
        order,
        new AuditEntry.Accepted(change.instant(), heard.origin(), heard.userId(), order, expected));
    boolean isQuestion = order.kind() == OrderKind.ROLL_CALL || order.dryRun();
    return say(
        change,
        progress,
        next(change, progress)
            .heard(
                expected,
                PresenceSnapshot.roster(change.others, change.now),
                isQuestion ? PresenceSnapshot.of(change.state(), change.now) : null)
            .unlogged(unlogged(heard)));
  }

  /** Returns how an order came that no log has; null if a log has it, or if that is forgotten. */
  private static @Nullable UnloggedOrder unlogged(HeardOrder heard) {
    return switch (heard.origin()) {
      case TRIPWIRE -> new UnloggedOrder(UnloggedOrder.TRIPWIRE, null, null, null);
      case LOCAL ->
          heard.userId() == null
              ? null
              : new UnloggedOrder(
                  UnloggedOrder.LOCAL,
                  heard.userId(),
                  heard.order().issuedBy(),
                  heard.order().reason());
      case BROKER, LOG -> null;
    };
  }

  private static Report.Header next(Transition change, OrderProgress progress) {
    return header(change, progress.id(), progress.nextReport());
  }

  private static Report.Header header(Transition change, String order, long sequence) {
    return new Report.Header(
        order, change.settings.controller(), change.settings.host(), change.instant(), sequence);
  }

  private Report.Expected expected(Transition change, Scope scope) {
    int workers = 0;
    int busy = 0;
    int tasks = 0;
    int waiting = 0;
    Instant oldest = null;
    for (var slot : change.pool.slots()) {
      if (!slot.isLive() || !ScopeMatcher.worker(change.settings, scope, slot)) {
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
    if (scope.coversController(change.settings.controller())) {
      for (var queue : change.queues.values()) {
        if (scope.coversQueue(queue.name())) {
          for (var task : queue.waiting().values()) {
            waiting += scope.coversTask(task.id(), task.batch()) ? 1 : 0;
          }
          for (var slot : change.pool.ofQueue(queue.name())) {
            for (var run : slot.ahead()) {
              waiting += scope.coversTask(run.task().id(), run.task().batch()) ? 1 : 0;
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
        oldest == null ? null : Duration.between(oldest, change.steady()).toMillis());
  }

  /** Reports that a worker is proven dead. */
  OrderProgress dead(
      Transition change,
      OrderProgress progress,
      Slot slot,
      DeathCertificate certificate,
      @Nullable String task) {
    var worker =
        new Report.KilledWorker(
            change.workerId(slot),
            slot.incarnation(),
            certificate.pid(),
            certificate.startTicks(),
            certificate.containment());
    return say(
        change,
        progress,
        next(change, progress)
            .dead(worker)
            .signal(certificate.signal())
            .exitCode(certificate.exitCode())
            .processesKilled(certificate.processesKilled())
            .proven(certificate.proven())
            .task(task)
            .deathMicros(certificate.deathMicros())
            .build());
  }

  /** Reports that processes of a killed worker still live. */
  OrderProgress unconfirmed(
      Transition change,
      OrderProgress progress,
      Slot slot,
      Event.Unconfirmed unconfirmed,
      @Nullable String task) {
    var survivors = new ArrayList<Report.Survivor>();
    for (var survivor : unconfirmed.survivors()) {
      survivors.add(new Report.Survivor(survivor.pid(), survivor.state(), survivor.command()));
    }
    var worker =
        new Report.KilledWorker(
            change.workerId(slot),
            slot.incarnation(),
            unconfirmed.pid(),
            unconfirmed.startTicks(),
            change.settings.containment());
    return say(
        change,
        progress,
        next(change, progress).unconfirmed(worker, task, survivors, unconfirmed.doubt()));
  }

  /** Reports the fate of a killed run. */
  OrderProgress settled(Transition change, OrderProgress progress, KilledRun killed) {
    var task = killed.run().task();
    OutcomeLog.settled(change, killed, progress.id());
    return say(
        change,
        progress,
        next(change, progress)
            .settled(task.id(), task.attempt(), task.batch(), killed.queue(), killed.fate()));
  }

  /** Reports the fate of a run that a kill had cut off in a former run of this controller. */
  OrderProgress settled(
      Transition change, OrderProgress progress, RetainedKills.DoomedRun run, Fate fate) {
    return say(
        change,
        progress,
        next(change, progress).settled(run.task(), run.attempt(), run.batch(), run.queue(), fate));
  }

  /** Reports that an order is done here. */
  OrderProgress done(Transition change, OrderProgress progress) {
    return say(
        change,
        progress,
        next(change, progress)
            .done(stateFor(change, progress.order().scope()))
            .workers(progress.workers())
            .tasks(progress.tasks())
            .backlog(progress.backlog())
            .tookMicros(change.now.microsSince(progress.startedNanos()))
            .failed(List.copyOf(progress.failed()))
            .notes(progress.notes().isEmpty() ? null : List.copyOf(progress.notes()))
            .unproven(progress.workers() == 0 ? null : change.settings.unproven())
            .carriedOn(progress.isCarriedOn())
            .build());
  }

  /** Repeats all reports about an order, for a command that came later or missed some. */
  void again(Transition change, OrderProgress progress, HeardOrder joining) {
    record(
        change,
        progress.order(),
        new AuditEntry.Joined(change.instant(), joining.origin(), joining.userId(), progress.id()));
    for (var report : progress.reports()) {
      change.add(new Effect.Say(report, joining.replyTo()));
    }
  }

  /** Returns the state for the last report: held if all workers in scope are held. */
  private ControllerState stateFor(Transition change, Scope scope) {
    if (change.phase != Phase.RUNNING && change.phase != Phase.STARTING) {
      return ControllerState.EXITING;
    }
    boolean any = false;
    for (var slot : change.pool.slots()) {
      if (scope.coversController(change.settings.controller())
          && scope.coversQueue(slot.queue())
          && scope.coversWorker(change.workerId(slot))) {
        any = true;
        if (!change.held(slot)) {
          return ControllerState.RUNNING;
        }
      }
    }
    return any ? ControllerState.HELD : ControllerState.RUNNING;
  }

  /** Refuses an order, and reports why. */
  void refused(Transition change, HeardOrder heard, String because) {
    var id = heard.order().id();
    if (record(change, id, heard.userId(), heard.origin(), because, heard.order())) {
      change.add(new Effect.Say(refusal(change, id, because), heard.replyTo()));
    }
  }

  /** Refuses an order without a report, because a command follows another order of that id. */
  void refusedSilently(Transition change, HeardOrder heard, String because) {
    var _ =
        record(change, heard.order().id(), heard.userId(), heard.origin(), because, heard.order());
  }

  /** Refuses something that can't be read as an order. */
  void refusedUnread(Transition change, Event.UnreadableOrder unreadable) {
    boolean isNew =
        record(
            change,
            unreadable.id(),
            unreadable.userId(),
            unreadable.origin(),
            unreadable.because(),
            null);
    if (isNew && unreadable.id() != null) {
      change.add(new Effect.Say(refusal(change, unreadable.id(), unreadable.because()), null));
    }
  }

  /**
   * Records that a connection to the control socket was refused. Each is recorded, also several of
   * one process; the control socket limits their number.
   */
  static void refusedConnection(Transition change, Event.ConnectionRefused refused) {
    String what = "a connection to the control socket from " + refused.process();
    change.log(true, "refused " + what + ": " + refused.because());
    change.add(
        new Effect.Audit(
            new AuditEntry.Refused(
                change.instant(),
                HeardOrder.Origin.LOCAL,
                refused.userId(),
                null,
                what + ": " + refused.because(),
                null)));
  }

  /**
   * Records a refusal. Returns false if the same message has already been recorded after arriving
   * by another route (log, broadcast or socket).
   */
  private boolean record(
      Transition change,
      @Nullable String id,
      @Nullable String user,
      HeardOrder.Origin origin,
      String because,
      @Nullable Order order) {
    // By user as well: a stranger who repeats an id must not silence what others are told of it.
    String key = id == null ? because : user == null ? id : id + " " + user;
    boolean isFromLog = origin == HeardOrder.Origin.LOG;
    boolean isNew = change.orders.isNewRefusal(key, isFromLog);
    change.orders = change.orders.recordingRefusal(key, isFromLog);
    if (!isNew) {
      return false;
    }
    change.log(
        true,
        (id == null ? "an order" : "order " + id)
            + (user == null ? "" : " of user " + user)
            + " was refused: "
            + because);
    change.add(
        new Effect.Audit(
            new AuditEntry.Refused(change.instant(), origin, user, id, because, order)));
    return true;
  }

  private static Report.ControllerRefused refusal(Transition change, String id, String because) {
    return header(change, id, 1).refused(because);
  }

  private OrderProgress say(Transition change, OrderProgress progress, Report report) {
    change.add(new Effect.Say(report, progress.heard().replyTo()));
    var next = progress.reporting(report);
    if (report instanceof Report.ControllerDone done) {
      record(change, progress.order(), AuditEntry.ended(next.reports(), done));
      OutcomeLog.done(change, progress.order(), done);
    } else if (progress.isOver()) {
      record(
          change, progress.order(), new AuditEntry.Late(change.instant(), report.order(), report));
    }
    return next;
  }

  /** Records an order in the audit log, unless it is a question: those change nothing. */
  private void record(Transition change, Order order, AuditEntry entry) {
    if (!order.dryRun() && order.kind() != OrderKind.ROLL_CALL) {
      change.add(new Effect.Audit(entry));
    }
  }
}
