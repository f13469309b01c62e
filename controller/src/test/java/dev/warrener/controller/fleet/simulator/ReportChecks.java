package dev.warrener.controller.fleet.simulator;

import static dev.warrener.controller.fleet.simulator.Violation.known;
import static dev.warrener.controller.fleet.simulator.Violation.require;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;

/**
 * Judges what a controller reports: CERTIFICATES_AGREE, DONE_MEANS_DONE, KILLED_OR_FINISHED,
 * NOBODY_ELSE_IS_KILLED, TERMINAL_STATES_ARE_TERMINAL, HOLDS_WHAT_IT_SAYS.
 */
final class ReportChecks {
  private final Simulation simulation;

  ReportChecks(Simulation simulation) {
    this.simulation = simulation;
  }

  // What it says.

  void says(Book book, Event event, Report report) {
    if (report instanceof Report.ControllerRefused) {
      return;
    }
    var entry =
        known(
            book.orders.get(report.order()),
            Check.REFUSED_IF_AND_ONLY_IF_WRONG,
            book.settings.controller(),
            "speaks about an order that it has not taken on:",
            report);
    if (report.sequence() <= entry.said.size()) {
      require(
          event instanceof Event.OrderArrived arrived
              && arrived.heard().order().id().equals(report.order())
              && entry.said.get((int) report.sequence() - 1).equals(report),
          Check.CERTIFICATES_AGREE,
          "report",
          report,
          "is said again, and otherwise than before or to nobody who joins");
      return;
    }
    entry.said.add(report);
    require(
        report.sequence() == entry.said.size(),
        Check.CERTIFICATES_AGREE,
        "report",
        report,
        "should have number",
        entry.said.size());
    switch (report) {
      case Report.ControllerHeard _ -> {
        require(
            !entry.heard && entry.said.size() == 1,
            Check.TERMINAL_STATES_ARE_TERMINAL,
            "order",
            report.order(),
            "is heard again");
        entry.heard = true;
      }
      case Report.WorkerDead dead -> saysDead(book, entry, dead);
      case Report.WorkerUnconfirmed unconfirmed -> {
        var key = keyOf(unconfirmed.worker(), unconfirmed.incarnation());
        require(
            !entry.done && entry.targets.contains(key) && entry.unconfirmed.add(key),
            Check.CERTIFICATES_AGREE,
            key,
            "is unconfirmed for order",
            report.order());
      }
      case Report.TaskSettled settled -> saysSettled(book, entry, settled);
      case Report.ControllerDone done -> saysDone(book, entry, done);
      case Report.ControllerRefused _ -> {}
    }
  }

  private static WorkerKey keyOf(String worker, long incarnation) {
    return new WorkerKey(Integer.parseInt(worker.substring(worker.indexOf('/') + 1)), incarnation);
  }

  private void saysDead(Book book, Book.OrderEntry entry, Report.WorkerDead dead) {
    var key = keyOf(dead.worker(), dead.incarnation());
    var process = book.home.workers.get(key);
    require(
        process == null || !process.lives(),
        Check.DONE_MEANS_DONE,
        key,
        "is certified dead and lives");
    require(
        entry.targets.contains(key)
            && entry.certified.add(key)
            && (!entry.done || entry.unconfirmed.contains(key)),
        Check.CERTIFICATES_AGREE,
        key,
        "is certified dead for order",
        entry.order.id());
  }

  private void saysSettled(Book book, Book.OrderEntry entry, Report.TaskSettled settled) {
    var order = entry.order;
    require(
        order.kind() == OrderKind.KILL
            && entry.settled.add(settled.task() + "@" + settled.attempt()),
        Check.CERTIFICATES_AGREE,
        settled.task(),
        "is settled by order",
        order.id());
    var wanted =
        switch (order.inFlightOfKill()) {
          case REQUEUE -> Fate.REQUEUED;
          case PURGE -> Fate.PURGED;
          case DEAD_LETTER -> Fate.DEAD_LETTERED;
        };
    require(
        settled.fate() == wanted,
        Check.CERTIFICATES_AGREE,
        settled.task(),
        "is",
        settled.fate(),
        "by order",
        order.id());
    var scope = order.scope();
    require(
        (scope.batches().isEmpty()
                || (settled.batch() != null && scope.batches().contains(settled.batch())))
            && (scope.tasks().isEmpty()
                || scope.tasks().stream().anyMatch(one -> one.id().equals(settled.task()))),
        Check.NOBODY_ELSE_IS_KILLED,
        settled.task(),
        "is",
        settled.fate(),
        "by order",
        order.id(),
        ", which is about others");
    boolean ran = false;
    for (var worker : book.workers.values()) {
      ran |=
          worker.dead
              && entry.targets.contains(worker.key)
              && ((worker.finishedLate && isSettledBy(worker, settled))
                  || worker.endedBefore.stream()
                      .anyMatch(one ->
                          one.id().equals(settled.task()) && one.attempt() == settled.attempt()));
    }
    require(
        !ran,
        Check.KILLED_OR_FINISHED,
        settled.task(),
        "is said to be",
        settled.fate(),
        "and had finished");
    var delivery = entry.deliveries.get(settled.task() + "@" + settled.attempt());
    boolean isSo =
        switch (settled.fate()) {
          case REQUEUED ->
              delivery == null
                  || !isUnsettled(book.home, delivery)
                  || isGoingBack(book, entry, delivery);
          case PURGED -> book.taken.contains(delivery);
          case DEAD_LETTERED ->
              book.taken.contains(delivery) && simulation.broker.isDead(settled.task());
        };
    require(
        isSo,
        Check.DONE_MEANS_DONE,
        settled.task(),
        "is said to be",
        settled.fate(),
        "by order",
        order.id(),
        "and is not");
  }

  /**
   * An order without a broker does not wait for one for long: a task that was given back is the
   * broker's at the latest when it finds the connection gone.
   */
  private static boolean isGoingBack(Book book, Book.OrderEntry entry, DeliveryKey delivery) {
    return entry.keptHereAlone && book.settled.contains(delivery);
  }

  /** Whether the broker waits for a settlement that can still come. */
  private static boolean isUnsettled(ModelController controller, DeliveryKey delivery) {
    var session = controller.links.sessionOf(delivery);
    return session != null && session.works() && session.holds(delivery);
  }

  private static boolean isSettledBy(Book.WorkerEntry worker, Report.TaskSettled settled) {
    return worker.task != null
        && worker.task.id().equals(settled.task())
        && worker.task.attempt() == settled.attempt();
  }

  private void saysDone(Book book, Book.OrderEntry entry, Report.ControllerDone done) {
    boolean again = entry.done;
    entry.done = true;
    require(
        done.workers() == entry.certified.size() && done.tasks() == entry.settled.size(),
        Check.CERTIFICATES_AGREE,
        "order",
        done.order(),
        "is done with",
        done.workers(),
        "workers and",
        done.tasks(),
        "tasks; certified were",
        entry.certified,
        "and settled",
        entry.settled);
    if (again) {
      return;
    }
    entry.doneAt = simulation.now();
    mayNotStart(book, entry);
    for (var key : entry.targets) {
      var process = book.home.workers.get(key);
      require(
          process == null || !process.lives() || entry.unconfirmed.contains(key),
          Check.DONE_MEANS_DONE,
          "order",
          done.order(),
          "is done and",
          key,
          "lives");
      require(
          entry.unconfirmed.isEmpty() || !done.failed().isEmpty(),
          Check.DONE_MEANS_DONE,
          "order",
          done.order(),
          "is done, nothing failed, and",
          entry.unconfirmed,
          "are unconfirmed");
    }
    if (!done.failed().isEmpty()) {
      return;
    }
    require(
        !entry.keptHereAlone
            || !lasts(entry.order)
            || !book.home.runner.isYetToWriteDown(entry.order),
        Check.DONE_MEANS_DONE,
        "order",
        done.order(),
        "is done, no log has it, and it is not written down yet");
    for (var run : entry.inFlight.entrySet()) {
      require(
          !isUnsettled(book.home, run.getKey()) || isGoingBack(book, entry, run.getKey()),
          Check.DONE_MEANS_DONE,
          "order",
          done.order(),
          "is done and the broker has not taken",
          run.getValue().id());
    }
  }

  /** When an order is done, nothing that it holds or revokes is with a worker to be started. */
  private static void mayNotStart(Book book, Book.OrderEntry entry) {
    var order = entry.order;
    boolean stops =
        order.kind() == OrderKind.KILL
            || order.kind() == OrderKind.HOLD
            || order.kind() == OrderKind.DRAIN;
    if (order.dryRun() || !stops || book.home.takesAhead == 0) {
      return;
    }
    for (var aim : entry.aims.entrySet()) {
      var process = book.home.workers.get(aim.getKey());
      var running = process == null ? null : process.running();
      require(
          running == null
              || !running.id().equals(aim.getValue().id())
              || running.attempt() != aim.getValue().attempt(),
          Check.DONE_MEANS_DONE,
          "order",
          order.id(),
          "is done and",
          aim.getValue().id(),
          "runs on",
          aim.getKey());
    }
    for (var process : book.home.workers.values()) {
      var worker = book.workers.get(process.key);
      if (worker == null || worker.killed || worker.asked) {
        continue;
      }
      var running = process.running();
      var revoking = running == null ? null : book.statements.revokes(running);
      require(
          revoking == null
              || !revoking.id().equals(order.id())
              || !book.isAt(order.scope(), worker),
          Check.DONE_MEANS_DONE,
          "order",
          order.id(),
          "is done and",
          running,
          "runs on",
          process.name());
      for (var task : process.handed()) {
        boolean isMeant =
            book.isAt(order.scope(), worker)
                && Statements.hasTask(order.scope(), task)
                && process.mayRun(task);
        require(
            !isMeant
                || (!book.statements.held(process.queue, book.worker(process.key), task)
                    && !book.statements.held(process.queue, book.worker(process.key), null)
                    && book.statements.revokes(task) == null),
            Check.DONE_MEANS_DONE,
            "order",
            order.id(),
            "is done and",
            task.id(),
            "may still start on",
            process.name());
      }
    }
  }

  /** Whether what an order says holds on after it is done. */
  private static boolean lasts(Order order) {
    return order.setsHold()
        || order.kind() == OrderKind.RESUME
        || order.revocation() != Backlog.KEEP;
  }

  static void saysWhatItHolds(Book book, Presence presence) {
    for (var queue : presence.queues()) {
      require(
          queue.held() == book.statements.held(queue.name()),
          Check.HOLDS_WHAT_IT_SAYS,
          book.settings.controller(),
          "says that queue",
          queue.name(),
          queue.held() ? "is held" : "is not held");
    }
  }
}
