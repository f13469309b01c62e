package dev.warrener.controller.fleet.simulator;

import static dev.warrener.controller.fleet.simulator.Violation.require;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.Timer;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.task.Task;
import dev.warrener.worker.frame.ErrorType;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes into a controller's {@link Book} what the controller was told, and judges how it takes on
 * orders: REFUSED_IF_AND_ONLY_IF_WRONG, TRIPWIRE_STAYS_PULLED, KILL_DOES_NOT_CHARGE_CRASH_DOES (a
 * crash), ONE_PROCESS_AND_NO_STALE_FRAME (a recalled task).
 */
final class BookKeeper {
  private final Simulation simulation;

  BookKeeper(Simulation simulation) {
    this.simulation = simulation;
  }

  void hear(Book book, Event event, List<Effect> effects) {
    book.justBroadcast = null;
    switch (event) {
      case Event.BrokerUp up -> {
        book.generation = up.generation();
        book.connected = true;
      }
      case Event.BrokerDown down -> {
        if (down.generation() == book.generation) {
          book.connected = false;
          book.consuming.clear();
          book.loseDeliveries(null);
        }
      }
      case Event.ConsumptionEnded ended -> {
        if (book.connected && ended.generation() == book.generation) {
          book.consuming.remove(ended.queue());
          book.loseDeliveries(ended.queue());
        }
      }
      case Event.KillsRemembered remembered -> {
        for (var kill : remembered.kills().kills()) {
          book.takesOn(
              kill.order(),
              false,
              true,
              kill.keptHereAlone() ? HeardOrder.Origin.LOCAL : HeardOrder.Origin.LOG);
        }
      }
      case Event.OrdersSynced synced -> heard(book, synced, effects);
      case Event.OrderArrived arrived -> arrived(book, arrived.heard(), effects);
      case Event.Tripped tripped -> tripped(book, tripped.orderId(), effects);
      case Event.Delivered delivered -> {
        if (book.connected && delivered.key().generation() == book.generation) {
          book.inHand.put(delivered.key(), delivered.task());
          book.received.put(delivered.key(), book.home.wall());
        }
      }
      case Event.Ready ready -> {
        var worker = book.workers.get(ready.worker());
        if (worker != null) {
          worker.ready = true;
        }
      }
      case Event.Started started -> {
        var worker = book.workers.get(started.worker());
        if (worker != null && !worker.dead) {
          starts(worker, worker.find(started.task(), started.attempt()));
        }
      }
      case Event.Finished finished -> {
        var worker = book.workers.get(finished.worker());
        var task =
            worker == null || worker.dead ? null : worker.find(finished.task(), finished.attempt());
        if (worker == null || task == null) {
          return;
        }
        if (isGivenBack(finished.end())) {
          givesBack(worker, task);
        } else if (task.equals(worker.task)) {
          if (worker.killed || worker.asked) {
            worker.finishedLate = !worker.askedFirst || finished.end().error() == null;
            worker.endHeard = true;
          } else {
            worker.next();
            book.ended.merge(task.id(), task.attempt(), Math::max);
          }
        }
      }
      case Event.SpawnFailed failed -> {
        var worker = book.workers.get(failed.worker());
        if (worker != null) {
          worker.dead = true;
        }
      }
      case Event.TreeEmpty empty -> died(book, empty.certificate().worker(), effects);
      case Event.Published published -> book.moving.remove(published.token());
      case Event.PublishFailed failed -> book.moving.remove(failed.token());
      case Event.StopRequested _ -> {
        book.stopsAtOnce |= book.stopping;
        book.stopping = true;
      }
      case Event.StoodStill _ -> book.awakeSince = simulation.now();
      case Event.OrdersDown _ -> {
        if (book.synced && book.deafSince == null) {
          book.deafSince = simulation.now();
        }
      }
      case Event.TimerDue due -> {
        if (due.timer() instanceof Timer.DrainOver) {
          book.stopping = true;
        }
      }
      case Event.UnreadableOrder _,
          Event.ConnectionRefused _,
          Event.ProtocolBroken _,
          Event.SuspectRunsRead _,
          Event.DeliveredInvalid _,
          Event.Spawned _,
          Event.Unconfirmed _,
          Event.BarrierPassed _,
          Event.BarrierFailed _,
          Event.BacklogDone _,
          Event.BacklogFailed _,
          Event.PresenceHeard _,
          Event.OthersSeen _,
          Event.Remembered _,
          Event.Kept _ -> {}
    }
  }

  private static boolean isGivenBack(RunEnd end) {
    return end.error() != null && end.error().type().equals(ErrorType.CANCELLED);
  }

  private void starts(Book.WorkerEntry worker, @Nullable Task task) {
    if (task == null) {
      return;
    }
    var before = worker.task;
    if (!task.equals(before)) {
      worker.ahead.remove(task);
      if (before != null && worker.endHeard) {
        (worker.finishedLate ? worker.endedBefore : worker.stoppedBefore).add(before);
        worker.finishedLate = false;
        worker.endHeard = false;
      } else if (before != null) {
        // It has been taken out, and the word of that comes later.
        worker.ahead.addFirst(before);
      }
      worker.task = task;
    }
    worker.startedAt = simulation.now();
    worker.recalled.remove(task);
  }

  private static void givesBack(Book.WorkerEntry worker, Task task) {
    require(
        worker.recalled.remove(task) != null,
        Check.ONE_PROCESS_AND_NO_STALE_FRAME,
        task.id(),
        "is given back by",
        worker.key,
        "and was not recalled");
    if (!task.equals(worker.task)) {
      worker.ahead.remove(task);
    } else if (!worker.killed && !worker.asked) {
      worker.next();
    }
  }

  private void heard(Book book, Event.OrdersSynced synced, List<Effect> effects) {
    boolean first = !book.synced;
    book.synced = true;
    book.deafSince = null;
    var read = new HashSet<String>();
    for (var heard : synced.log()) {
      var order = heard.order();
      if (!book.objections.isByAnOperator(heard)
          || !read.add(order.id())
          || book.given(order.id()) != null
          || book.refusals.has(heard)) {
        continue;
      }
      boolean open = book.isOpen(order) && isRefused(order.id(), effects);
      boolean expired = order.isExpired(book.home.wall());
      String wrong = null;
      if (Objections.isAhead(order, book.home.wall())) {
        wrong = "from the log is from the future, and";
      } else if (!expired && book.objections.contradicts(order, first)) {
        wrong = "from the log contradicts itself, and";
      } else if (!expired && !first && (open || book.objections.missed(order) != null)) {
        wrong = "from the log is about another run or process, and";
      }
      if (wrong != null) {
        require(
            isRefused(order.id(), effects),
            Check.REFUSED_IF_AND_ONLY_IF_WRONG,
            "order",
            order,
            wrong,
            book.settings.controller(),
            "obeys it");
        book.refusals.isNew(heard);
        book.refusals.add(heard, wrong);
      } else if (expired) {
        book.takesOnLate(order);
      } else {
        book.takesOn(order, false, first, heard.origin());
      }
    }
    if (synced.trippedBy() != null) {
      tripped(book, synced.trippedBy(), effects);
    }
  }

  private static boolean isRefused(String order, List<Effect> effects) {
    for (var effect : effects) {
      if (effect instanceof Effect.Say say
          && say.report() instanceof Report.ControllerRefused refused
          && refused.order().equals(order)) {
        return true;
      }
    }
    return false;
  }

  private void arrived(Book book, HeardOrder heard, List<Effect> effects) {
    var order = heard.order();
    boolean refused = isRefused(order.id(), effects);
    var known = book.orders.get(order.id());
    if (known != null) {
      comesAgain(book, known, heard, refused);
      return;
    }
    var wrong = book.objections.wrong(heard, book.home.wall());
    // What was refused may be refused in silence when it comes again, by another way.
    boolean again = book.refusals.has(heard) || book.refusals.wasTold(heard);
    if (book.isOpen(order) && !again && !Objections.ANOTHER.equals(wrong)) {
      wrong = refused ? "in doubt" : null;
    }
    if (refused) {
      book.refusals.isNew(heard);
    }
    require(
        wrong == null ? !refused : again ? !isTakenOn(order.id(), effects) : refused,
        Check.REFUSED_IF_AND_ONLY_IF_WRONG,
        "order",
        order,
        "at",
        book.settings.controller(),
        ": wrong is",
        wrong,
        ", and what follows is",
        effects);
    if (wrong == null) {
      book.takesOn(order, true, false, heard.origin());
      book.justBroadcast = heard.origin() == HeardOrder.Origin.BROKER ? order : null;
    } else if (book.given(order.id()) == null) {
      book.refusals.add(heard, wrong);
    }
  }

  /** An id that was taken on comes again: with the same order, which is joined, or with another. */
  private static void comesAgain(
      Book book, Book.OrderEntry known, HeardOrder heard, boolean refused) {
    boolean another = book.objections.isAnother(heard.order());
    boolean isTold =
        another
            && heard.origin() != HeardOrder.Origin.LOG
            && book.objections.isByAnOperator(heard)
            && book.refusals.isNew(heard);
    require(
        isTold ? refused : another || !refused,
        Check.REFUSED_IF_AND_ONLY_IF_WRONG,
        "order",
        known.order,
        "was taken on by",
        book.settings.controller(),
        another ? "and another one with its id is not refused:" : "and is refused when it comes:",
        heard.order());
    if (!another && heard.origin() != HeardOrder.Origin.LOG) {
      if (!known.broadcast && known.live && heard.origin() == HeardOrder.Origin.BROKER) {
        book.justBroadcast = known.order;
      }
      known.broadcast = true;
    }
  }

  private static boolean isTakenOn(String order, List<Effect> effects) {
    for (var effect : effects) {
      if (effect instanceof Effect.Say say
          && say.report() instanceof Report.ControllerHeard heard
          && heard.order().equals(order)) {
        return true;
      }
    }
    return false;
  }

  /** The order for which the tripwire stands. */
  private void tripped(Book book, String id, List<Effect> effects) {
    require(
        isTakenOn(id, effects),
        Check.TRIPWIRE_STAYS_PULLED,
        "the tripwire is not heeded by",
        book.settings.controller());
    book.trippedAt = book.home.wall();
    book.takesOn(
        Order.builder(OrderKind.KILL, Scope.ALL)
            .id(id)
            .inFlight(InFlight.REQUEUE)
            .then(Then.HOLD)
            .issuedAt(book.home.wall())
            .expiresAt(book.home.wall().plusSeconds(1))
            .build(),
        true,
        false,
        HeardOrder.Origin.TRIPWIRE);
  }

  private void died(Book book, WorkerKey key, List<Effect> effects) {
    var worker = book.workers.get(key);
    if (worker == null || worker.dead) {
      return;
    }
    worker.dead = true;
    var task = worker.task;
    if (task == null) {
      return;
    }
    for (var before : worker.endedBefore) {
      book.ended.merge(before.id(), before.attempt(), Math::max);
    }
    for (var stopped : worker.stoppedBefore) {
      isInFlight(book, key, stopped);
    }
    var delivery = book.deliveryOf(task);
    if (worker.inFlight()) {
      isInFlight(book, key, task);
      if (!worker.killed && !worker.asked && delivery != null) {
        require(
            effects.stream()
                .anyMatch(effect ->
                    effect instanceof Effect.Move move
                        && move.delivery().equals(delivery)
                        && (move.routingKey().endsWith(".dead")
                            || Integer.valueOf(task.attempt() + 1)
                                .equals(move.headers().get("x-attempt")))),
            Check.KILL_DOES_NOT_CHARGE_CRASH_DOES,
            task.id(),
            "crashed on",
            book.worker(key),
            "and is not charged:",
            effects);
      }
    }
    boolean isAnOrders =
        worker.killer != null
            || book.orders.values().stream().anyMatch(order -> order.targets.contains(key));
    if (isAnOrders && worker.inFlight()) {
      book.inDoubt.add(task.id());
    }
    if (isAnOrders) {
      worker.stoppedBefore.forEach(stopped -> book.inDoubt.add(stopped.id()));
    }
    if (worker.finishedLate
        || (worker.startedAt != null && (worker.timedOut || (!worker.killed && !worker.asked)))) {
      book.ended.merge(task.id(), task.attempt(), Math::max);
    }
  }

  /** The orders about a run must see it settled. */
  private static void isInFlight(Book book, WorkerKey worker, Task task) {
    var delivery = book.deliveryOf(task);
    for (var order : book.orders.values()) {
      if (order.targets.contains(worker)
          && delivery != null
          && (!order.singlesOut() || Statements.hasTask(order.order.scope(), task))) {
        order.deliveries.put(task.id() + "@" + task.attempt(), delivery);
        if (!order.done) {
          order.inFlight.put(delivery, task);
        }
      }
    }
  }
}
