package dev.warrener.controller.fleet.simulator;

import static dev.warrener.controller.fleet.simulator.Violation.known;
import static dev.warrener.controller.fleet.simulator.Violation.require;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.Timer;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.task.Outcome;

/**
 * Judges what a controller does: SETTLED_ONCE, SETTLED_AFTER_DEATH, ONE_PROCESS_AND_NO_STALE_FRAME,
 * NOTHING_STARTS_IN_A_HELD_SCOPE, REVOKED_TASK_NEVER_STARTS, NOBODY_ELSE_IS_KILLED,
 * CONSUMES_WHAT_IT_WANTS, TERMINAL_STATES_ARE_TERMINAL.
 */
final class EffectChecks {
  private final Simulation simulation;
  private final WorldChecks world;
  private final ReportChecks reports;

  EffectChecks(Simulation simulation, WorldChecks world, ReportChecks reports) {
    this.simulation = simulation;
    this.world = world;
    this.reports = reports;
  }

  void check(Book book, Event event, Effect effect) {
    switch (effect) {
      case Effect.Spawn spawn -> spawns(book, spawn);
      case Effect.Dispatch dispatch -> dispatches(book, dispatch);
      case Effect.Recall recall -> recalls(book, recall);
      case Effect.AskToEnd ask -> {
        var asked = kills(book, event, ask.worker());
        asked.askedFirst = !asked.killed;
        asked.asked = true;
        asked.closingSince = asked.killer == null ? simulation.now() : null;
      }
      case Effect.Kill kill -> {
        for (var key : kill.workers()) {
          kills(book, event, key).killed = true;
        }
      }
      case Effect.Acknowledge acknowledge -> settles(book, acknowledge.delivery(), true);
      case Effect.Reject reject -> settles(book, reject.delivery(), false);
      case Effect.Requeue requeue -> settles(book, requeue.delivery(), false);
      case Effect.Move move -> moves(book, move);
      case Effect.PurgeBacklog purge -> BacklogChecks.drops(book, purge.queue(), Backlog.PURGE);
      case Effect.DeadLetterBacklog sweep ->
          BacklogChecks.drops(book, sweep.queue(), Backlog.DEAD_LETTER);
      case Effect.Say say -> reports.says(book, event, say.report());
      case Effect.SendResult send -> {
        var result = send.result();
        require(
            result.outcome() != Outcome.SUCCEEDED || world.hasSucceeded(result.task()),
            Check.KILLED_OR_FINISHED,
            result.task(),
            "is said to have succeeded");
      }
      case Effect.Consume consume ->
          require(
              !Integer.valueOf(consume.prefetch()).equals(book.consuming.get(consume.queue())),
              Check.CONSUMES_WHAT_IT_WANTS,
              book.settings.controller(),
              "consumes",
              consume.queue(),
              "twice");
      case Effect.End _ -> {
        require(
            book.home.livingWorkers().isEmpty(),
            Check.TERMINAL_STATES_ARE_TERMINAL,
            book.settings.controller(),
            "ends, and these live:",
            book.home.livingWorkers());
        require(
            mayEnd(book),
            Check.NOBODY_ELSE_IS_KILLED,
            book.settings.controller(),
            "ends, and nobody asked it to");
      }
      case Effect.Rearm _ -> TripwireChecks.rearms(book, event);
      case Effect.CancelConsumer _,
          Effect.Barrier _,
          Effect.TellTask _,
          Effect.TellWorker _,
          Effect.ShowRunning _,
          Effect.Keep _,
          Effect.WriteSuspectRuns _,
          Effect.KeepKills _,
          Effect.Audit _,
          Effect.Schedule _,
          Effect.Log _,
          Effect.Misconfigured _ -> {}
    }
  }

  private void spawns(Book book, Effect.Spawn spawn) {
    var key = spawn.worker();
    require(
        book.synced && !book.statements.held(spawn.queue(), book.worker(key), null),
        Check.NOTHING_STARTS_IN_A_HELD_SCOPE,
        "worker",
        book.worker(key),
        "starts");
    for (var other : book.workers.values()) {
      require(
          other.key.slot() != key.slot() || other.dead,
          Check.ONE_PROCESS_AND_NO_STALE_FRAME,
          "worker",
          key,
          "starts and",
          other.key,
          "lives");
    }
    require(
        key.incarnation() > book.newest.getOrDefault(key.slot(), 0L),
        Check.TERMINAL_STATES_ARE_TERMINAL,
        "worker",
        key,
        "starts again");
    book.newest.put(key.slot(), key.incarnation());
    book.workers.values().removeIf(worker -> worker.dead && worker.key.slot() == key.slot());
    book.workers.put(key, new Book.WorkerEntry(key, spawn.queue()));
  }

  private void dispatches(Book book, Effect.Dispatch dispatch) {
    var task = dispatch.task();
    var worker =
        known(
            book.workers.get(dispatch.worker()),
            Check.ONE_PROCESS_AND_NO_STALE_FRAME,
            task.id(),
            "is handed to nobody");
    require(
        worker.ready
            && !worker.dead
            && !worker.killed
            && !worker.asked
            && (worker.task == null
                || worker.ahead.size()
                    < Math.min(
                        book.home.takesAhead, book.settings.queue(worker.queue).ahead().most())),
        Check.ONE_PROCESS_AND_NO_STALE_FRAME,
        task.id(),
        "is handed to",
        dispatch.worker(),
        ", which is not free");
    require(
        !book.statements.held(task.queue(), book.worker(dispatch.worker()), null)
            && !book.statements.held(task.queue(), book.worker(dispatch.worker()), task),
        Check.NOTHING_STARTS_IN_A_HELD_SCOPE,
        task.id(),
        "is handed to",
        book.worker(dispatch.worker()));
    RevocationChecks.starts(book, task);
    var revoked = book.statements.revokes(task);
    require(
        revoked == null,
        Check.REVOKED_TASK_NEVER_STARTS,
        task.id(),
        "is handed to",
        book.worker(dispatch.worker()),
        "and was revoked by",
        revoked);
    require(
        task.notBefore() == null || !book.home.wall().isBefore(task.notBefore()),
        Check.NOTHING_STARTS_IN_A_HELD_SCOPE,
        task.id(),
        "starts before its time");
    ExpiryChecks.starts(book, task);
    for (var other : book.workers.values()) {
      require(
          other.dead || !other.has(task.id()),
          Check.ONE_PROCESS_AND_NO_STALE_FRAME,
          task.id(),
          "is handed to",
          dispatch.worker(),
          "and is at",
          other.key);
    }
    require(
        book.deliveryOf(task) != null,
        Check.SETTLED_ONCE,
        task.id(),
        "is handed to",
        dispatch.worker(),
        ", and is not in hand");
    if (worker.task != null) {
      worker.ahead.add(task);
      return;
    }
    int busy = 0;
    for (var other : book.workers.values()) {
      busy += !other.dead && other.queue.equals(worker.queue) && other.task != null ? 1 : 0;
    }
    require(
        busy < book.settings.queue(worker.queue).workers(),
        Check.ONE_PROCESS_AND_NO_STALE_FRAME,
        task.id(),
        "is handed to",
        dispatch.worker(),
        "and so many of queue",
        worker.queue,
        "are busy:",
        busy);
    worker.task = task;
    worker.startedAt = null;
    worker.finishedLate = false;
  }

  private void recalls(Book book, Effect.Recall recall) {
    var worker =
        known(
            book.workers.get(recall.worker()),
            Check.ONE_PROCESS_AND_NO_STALE_FRAME,
            recall,
            "is told to nobody");
    var task =
        known(
            worker.find(recall.task(), recall.attempt()),
            Check.ONE_PROCESS_AND_NO_STALE_FRAME,
            recall,
            "is about what it does not have");
    worker.recalled.putIfAbsent(task, simulation.now());
  }

  private Book.WorkerEntry kills(Book book, Event event, WorkerKey key) {
    var worker = known(book.workers.get(key), Check.NOBODY_ELSE_IS_KILLED, key, "is killed");
    require(
        !worker.dead && isMeant(book, event, worker),
        Check.NOBODY_ELSE_IS_KILLED,
        key,
        "of",
        book.settings.controller(),
        "is killed because of",
        event);
    for (var entry : book.orders.values()) {
      // It dies for another reason, and those who aim at it wait for its death as well.
      if (!entry.done && worker.task != null && worker.task.equals(entry.aims.get(key))) {
        entry.aims.remove(key);
        entry.targets.add(key);
      }
    }
    if (!worker.killed && !worker.asked) {
      worker.timedOut =
          event instanceof Event.TimerDue due && due.timer() instanceof Timer.RunDeadline;
      for (var order : book.orders.values()) {
        if (order.targets.contains(key)) {
          worker.killer = order.order;
        }
      }
    }
    return worker;
  }

  private boolean isMeant(Book book, Event event, Book.WorkerEntry worker) {
    switch (event) {
      case Event.TimerDue due -> {
        switch (due.timer()) {
          case Timer.StartDeadline deadline -> {
            return deadline.worker().equals(worker.key) && !worker.ready;
          }
          case Timer.RunDeadline deadline -> {
            var task = worker.task;
            var since = worker.startedAt;
            if (deadline.worker().equals(worker.key) && task != null && since != null) {
              var limit = since.plus(Simulation.timeoutOf(task));
              boolean over = !simulation.now().isBefore(limit);
              if (over && worker.asked) {
                return true;
              }
              if (over) {
                book.charges.add(new Book.Charge(task.id(), task.attempt(), false));
              }
              return over
                  && (worker.ahead.isEmpty() || simulation.now().isAfter(limit.plusSeconds(1)));
            }
            return false;
          }
          case Timer.RecallUnanswered unanswered -> {
            var task = worker.find(unanswered.task(), unanswered.attempt());
            var since = task == null ? null : worker.recalled.get(task);
            return unanswered.worker().equals(worker.key)
                && since != null
                && !simulation.now().isBefore(since.plusSeconds(5));
          }
          case Timer.GraceOver over -> {
            return over.worker().equals(worker.key) && worker.asked;
          }
          case Timer.LeaseOver _ -> {
            return book.isCutOff(worker);
          }
          default -> {}
        }
      }
      case Event.StoodStill _ -> {
        return worker.task != null;
      }
      // It was to be given back, and starts all the same.
      case Event.Started started -> {
        for (var entry : book.orders.values()) {
          if (started.worker().equals(worker.key)
              && entry.order.kind() == OrderKind.KILL
              && !entry.order.dryRun()
              && !entry.done
              && entry.singlesOut()
              && book.means(entry.order, worker)) {
            entry.aims.put(worker.key, known(worker.task, Check.NOBODY_ELSE_IS_KILLED, worker.key));
          }
        }
      }
      case Event.OrderArrived arrived -> {
        if (isTarget(book, arrived.heard().order().id(), worker)) {
          return true;
        }
      }
      case Event.Tripped tripped -> {
        if (isTarget(book, tripped.orderId(), worker)) {
          return true;
        }
      }
      case Event.OrdersSynced _ -> {
        for (var id : book.orders.keySet()) {
          if (isTarget(book, id, worker)) {
            return true;
          }
        }
      }
      default -> {}
    }
    return isAimedAt(book, event, worker) || mayEnd(book);
  }

  /** Whether it is killed for the run that an order is about, and for no other. */
  private boolean isAimedAt(Book book, Event event, Book.WorkerEntry worker) {
    boolean isDue =
        event instanceof Event.TimerDue due && due.timer() instanceof Timer.DeferralOver;
    boolean isMeant = false;
    for (var entry : book.orders.values()) {
      // Two orders may have aimed at it.
      isMeant |= entry.singlesOut() && !entry.done && entry.targets.contains(worker.key);
      var task = entry.aims.get(worker.key);
      if (task == null || entry.done || !task.equals(worker.task)) {
        continue;
      }
      isMeant |= isDue || worker.ahead.isEmpty() || worker.killed || worker.asked;
    }
    return isMeant;
  }

  private static boolean mayEnd(Book book) {
    return book.stopping
        || book.orders.values().stream()
            .anyMatch(
                entry -> entry.exits() && book.objections.coversAllServed(entry.order.scope()));
  }

  private static boolean isTarget(Book book, String order, Book.WorkerEntry worker) {
    var entry = book.orders.get(order);
    return entry != null && entry.targets.contains(worker.key);
  }

  private void settles(Book book, DeliveryKey key, boolean acknowledges) {
    var task =
        known(
            book.inHand.remove(key),
            Check.SETTLED_ONCE,
            book.settings.controller(),
            "settles what it has not in hand:",
            key);
    require(
        book.settled.add(key) && !book.moving.containsValue(key),
        Check.SETTLED_ONCE,
        book.settings.controller(),
        "settles",
        key);
    if (acknowledges) {
      simulation.checks.backlog.drops(book, task);
    }
    for (var worker : book.workers.values()) {
      if (worker.find(task.id(), task.attempt()) == null || book.deliveryOf(task) != null) {
        continue;
      }
      var process = book.home.workers.get(worker.key);
      boolean over = worker.dead && (process == null || !process.lives());
      require(
          over,
          Check.SETTLED_AFTER_DEATH,
          task.id(),
          "is",
          acknowledges ? "acknowledged" : "given back",
          "and",
          worker.key,
          "lives");
    }
  }

  private void moves(Book book, Effect.Move move) {
    var task =
        known(
            book.inHand.get(move.delivery()),
            Check.SETTLED_ONCE,
            book.settings.controller(),
            "moves what it has not in hand:",
            move);
    require(
        book.moving.put(move.token(), move.delivery()) == null,
        Check.SETTLED_ONCE,
        book.settings.controller(),
        "moves",
        move);
    if ("killed".equals(move.headers().get("x-dead-reason"))) {
      simulation.checks.backlog.buries(
          book, task, String.valueOf(move.headers().get("x-dead-order")));
    }
    for (var worker : book.workers.values()) {
      if (worker.find(task.id(), task.attempt()) != null && book.deliveryOf(task) == null) {
        var process = book.home.workers.get(worker.key);
        require(
            worker.dead && (process == null || !process.lives()),
            Check.SETTLED_AFTER_DEATH,
            task.id(),
            "is moved to",
            move.routingKey(),
            "and",
            worker.key,
            "lives");
      }
    }
  }
}
