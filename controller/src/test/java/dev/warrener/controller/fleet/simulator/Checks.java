package dev.warrener.controller.fleet.simulator;

import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.Fleet;
import dev.warrener.controller.fleet.Timer;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.controller.process.WorkerKey;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.Task;
import dev.warrener.worker.frame.ErrorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The invariants, held against what a controller was told, what it does, and what the models know
 * to be true. Each failure is a {@link Violation} that names its {@link Check}.
 */
final class Checks {
  /** So often the broker hands out one message in a whole simulation only if it goes in circles. */
  private static final int MOST_DELIVERIES = 300;

  private final Simulation simulation;
  private final Set<String> succeeded = new HashSet<>();
  private final Set<String> droppedCopies = new HashSet<>();
  private final Set<String> purged = new HashSet<>();
  private final Map<String, ModelWorker> runners = new HashMap<>();

  long overlaps;
  long repeats;

  Checks(Simulation simulation) {
    this.simulation = simulation;
  }

  private static <T> T known(@Nullable T thing, Check check, @Nullable Object... words) {
    if (thing == null) {
      throw new Violation(check, Simulation.sentence(words));
    }
    return thing;
  }

  private static void require(boolean holds, Check check, @Nullable Object... words) {
    if (!holds) {
      throw new Violation(check, Simulation.sentence(words));
    }
  }

  // What the processes really do.

  void begins(ModelWorker worker, Task task) {
    simulation.note(worker.name(), "begins", task.id(), "@", task.attempt());
    require(
        !purged.contains(task.id()) || !holds(worker.home, task),
        Check.PURGED_STAYS_PURGED,
        task.id(),
        "begins on",
        worker.name(),
        "and was purged");
    for (var other : worker.home.workers.values()) {
      var running = other.running();
      require(
          other == worker || running == null || !running.id().equals(task.id()),
          Check.ONE_PROCESS_AND_NO_STALE_FRAME,
          task.id(),
          "begins on",
          worker.name(),
          "and runs on",
          other.name());
    }
    var other = runners.put(task.id(), worker);
    if (other != null && other != worker && other.running() != null) {
      overlaps++;
    }
    if (succeeded.contains(task.id())) {
      repeats++;
    }
  }

  /**
   * Whether the broker agrees that the delivery of a run is this controller's. Where it has handed
   * the task back already, and the controller can't know yet, another may have purged it.
   */
  private static boolean holds(ModelController controller, Task task) {
    var delivery = controller.book().deliveryOf(task);
    if (delivery == null) {
      return false;
    }
    var session = controller.sessionOf(delivery);
    return session != null && session.open && session.holds(delivery);
  }

  void finishes(ModelWorker worker, Task task, boolean fails, boolean asked) {
    simulation.note(worker.name(), "ends", task.id(), "@", task.attempt());
    runners.remove(task.id(), worker);
    if (fails && asked) {
      // It does as it was told, and that is no failure of its own.
      return;
    }
    if (fails) {
      worker.home.book().charges.add(new Book.Charge(task.id(), task.attempt(), false));
    } else {
      succeeded.add(task.id());
    }
  }

  /** A run was cut short by the death of its process. */
  void isCut(ModelWorker worker, Task task, boolean byItself) {
    simulation.note(worker.name(), "dies in", task.id(), "@", task.attempt());
    runners.remove(task.id(), worker);
    if (byItself) {
      worker.home.book().charges.add(new Book.Charge(task.id(), task.attempt(), true));
    }
  }

  // What happens at the broker.

  void goesRound(Letter letter) {
    require(
        letter.deliveries < MOST_DELIVERIES,
        Check.CONSUMES_WHAT_IT_WANTS,
        letter,
        "was handed out",
        letter.deliveries,
        "times");
  }

  /** An acknowledgement, or a purge, has taken a message away. */
  void leavesTheBroker(ModelController by, Letter letter) {
    var id = letter.task.id();
    simulation.note(by.id, "takes", letter, "out of the broker");
    boolean allowed = by.book().statements.allowsPurge(letter.task);
    if (simulation.broker.copies(id) > 0) {
      // The copy that took its place may be dropped before it is itself acknowledged.
      if (allowed) {
        droppedCopies.add(id);
      }
      return;
    }
    if (succeeded.contains(id) || simulation.broker.isDead(id) || droppedCopies.contains(id)) {
      return;
    }
    require(
        allowed,
        Check.NO_TASK_IS_LOST,
        letter,
        "was acknowledged by",
        by.id,
        "and has neither ended nor been purged by an order");
    if (simulation.isClaimed(id)) {
      // By somebody who has lost it and can't know yet: he may still run it, or publish a copy.
      droppedCopies.add(id);
    } else {
      purged.add(id);
    }
  }

  /** A copy is published in place of a message. */
  void copied(ModelController by, Letter letter, Effect.Move move) {
    var task = letter.task;
    simulation.note(by.id, "publishes a copy of", letter, "to", move.routingKey());
    boolean charges =
        move.headers().get("x-attempt") instanceof Integer attempt && attempt > task.attempt();
    if (charges) {
      require(
          Integer.valueOf(task.attempt() + 1).equals(move.headers().get("x-attempt"))
              && (isCharged(by, task, false) || isCharged(by, task, true)),
          Check.KILL_DOES_NOT_CHARGE_CRASH_DOES,
          letter,
          "is charged to",
          move.headers().get("x-attempt"),
          "and no run of it ended badly at",
          by.id);
    }
    if (crashes(move.headers().get("x-crashes")) > crashes(task.headers().get("x-crashes"))) {
      require(
          isCharged(by, task, true),
          Check.KILL_DOES_NOT_CHARGE_CRASH_DOES,
          letter,
          "is said to have crashed and no run of it did at",
          by.id);
    }
    if (move.routingKey().endsWith(".dead")) {
      var reason = String.valueOf(move.headers().get("x-dead-reason"));
      switch (reason) {
        case "failed", "timed-out" ->
            require(
                isCharged(by, task, false),
                Check.KILL_DOES_NOT_CHARGE_CRASH_DOES,
                letter,
                "is buried as",
                reason,
                "and no run of it ended so at",
                by.id);
        case "crashed", "poison" ->
            require(
                isCharged(by, task, true),
                Check.KILL_DOES_NOT_CHARGE_CRASH_DOES,
                letter,
                "is buried as",
                reason,
                "and no run of it crashed at",
                by.id);
        case "killed" ->
            require(
                by.book().statements.knows(String.valueOf(move.headers().get("x-dead-order")))
                    && !succeededHere(by, task),
                Check.KILLED_OR_FINISHED,
                letter,
                "is buried as killed by order",
                move.headers().get("x-dead-order"),
                "at",
                by.id);
        default -> {}
      }
    }
  }

  private boolean succeededHere(ModelController by, Task task) {
    return by.book().ended.getOrDefault(task.id(), 0) == task.attempt()
        && succeeded.contains(task.id())
        && by.book().deliveryOf(task) != null;
  }

  private static boolean isCharged(ModelController by, Task task, boolean crash) {
    return by.book().charges.contains(new Book.Charge(task.id(), task.attempt(), crash));
  }

  private static int crashes(@Nullable Object header) {
    return header instanceof Number number ? number.intValue() : 0;
  }

  // What a controller decides.

  /** An event that is late must mean nothing. */
  void changesNothing(
      ModelController controller, Event event, FleetState before, Fleet.Decision decision) {
    require(
        decision.effects().isEmpty() && decision.state().equals(before),
        Check.ONE_PROCESS_AND_NO_STALE_FRAME,
        event,
        "is late and means something to",
        controller.id,
        ":",
        decision.effects());
  }

  /** So must one that comes after the end. */
  void meansNothing(
      ModelController controller, Event event, FleetState before, Fleet.Decision decision) {
    require(
        decision.effects().isEmpty() && decision.state().equals(before),
        Check.TERMINAL_STATES_ARE_TERMINAL,
        event,
        "comes after the end of",
        controller.id,
        "and means something to it:",
        decision.effects());
  }

  /** An event was decided: what it says goes into the book, and what follows is checked. */
  void decided(
      ModelController controller, Event event, FleetState before, Fleet.Decision decision) {
    var book = controller.book();
    require(!before.isEnded(), Check.TERMINAL_STATES_ARE_TERMINAL, book, "decides after its end");
    var effects = decision.effects();
    hear(book, event, effects);
    for (var effect : effects) {
      check(book, event, effect);
      book.performs(effect);
    }
    boolean aboutOrders =
        event instanceof Event.OrderArrived
            || event instanceof Event.OrdersSynced
            || event instanceof Event.Tripped;
    // Until the log has been read it can't know which of the holds that it remembers were lifted.
    if (aboutOrders && book.synced) {
      saysWhatItHolds(book, Fleet.presence(decision.state(), simulation.now()));
    }
  }

  private static void saysWhatItHolds(Book book, Presence presence) {
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

  private void hear(Book book, Event event, List<Effect> effects) {
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
      case Event.OrdersSynced synced -> heard(book, synced, effects);
      case Event.OrderArrived arrived -> arrived(book, arrived.heard(), effects);
      case Event.Tripped tripped -> tripped(book, tripped.orderId(), effects);
      case Event.Delivered delivered -> {
        if (book.connected && delivered.key().generation() == book.generation) {
          book.inHand.put(delivered.key(), delivered.task());
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
      case Event.StopRequested _ -> book.stopping = true;
      case Event.TimerDue due -> {
        if (due.timer() instanceof Timer.DrainOver) {
          book.stopping = true;
        }
      }
      case Event.OrdersDown _,
          Event.UnreadableOrder _,
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
          Event.Kept _,
          Event.StoodStill _ -> {}
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
    for (var heard : synced.log()) {
      var order = heard.order();
      if (!"ops".equals(heard.userId())
          || book.orders.containsKey(order.id())
          || book.refused.contains(order.id())) {
        continue;
      }
      boolean open = book.isOpen(order) && isRefused(order.id(), effects);
      if (!order.isExpired(simulation.now()) && !first && (open || book.missed(order) != null)) {
        require(
            isRefused(order.id(), effects),
            Check.REFUSED_IF_AND_ONLY_IF_WRONG,
            "order",
            order,
            "from the log is about another run or process, and",
            book.settings.controller(),
            "obeys it");
        book.refused.add(order.id());
        continue;
      }
      if (order.isExpired(simulation.now())) {
        book.statements.add(order);
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
    if (book.orders.containsKey(order.id())) {
      require(
          !isRefused(order.id(), effects),
          Check.REFUSED_IF_AND_ONLY_IF_WRONG,
          "order",
          order.id(),
          "was taken on by",
          book.settings.controller(),
          "and is refused when it comes again");
      return;
    }
    boolean refused = isRefused(order.id(), effects);
    var wrong = book.wrong(heard, simulation.now());
    // What was refused may be refused in silence when it comes again, by another way.
    boolean again = book.refused.contains(order.id());
    if (book.isOpen(order) && !again) {
      wrong = refused ? "in doubt" : null;
    }
    require(
        again ? !isTakenOn(order.id(), effects) : wrong != null == refused,
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
    } else {
      book.refused.add(order.id());
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
        Check.NOTHING_STARTS_IN_A_HELD_SCOPE,
        "the tripwire is not heeded by",
        book.settings.controller());
    book.takesOn(
        new Order(
            1,
            id,
            OrderKind.KILL,
            Scope.ALL,
            InFlight.REQUEUE,
            Backlog.KEEP,
            Then.HOLD,
            0,
            "",
            "",
            simulation.now(),
            simulation.now().plusSeconds(1),
            false),
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
    if (worker.killer != null && worker.inFlight()) {
      book.inDoubt.add(task.id());
    }
    if (worker.killer != null) {
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

  private void check(Book book, Event event, Effect effect) {
    switch (effect) {
      case Effect.Spawn spawn -> spawns(book, spawn);
      case Effect.Dispatch dispatch -> dispatches(book, dispatch);
      case Effect.Recall recall -> recalls(book, recall);
      case Effect.AskToEnd ask -> {
        var asked = kills(book, event, ask.worker());
        asked.askedFirst = !asked.killed;
        asked.asked = true;
      }
      case Effect.Kill kill -> {
        for (var key : kill.workers()) {
          kills(book, event, key).killed = true;
        }
      }
      case Effect.Acknowledge acknowledge -> settles(book, acknowledge.delivery(), true);
      case Effect.Requeue requeue -> settles(book, requeue.delivery(), false);
      case Effect.Move move -> moves(book, move);
      case Effect.PurgeBacklog purge -> dropsBacklog(book, purge.queue(), Backlog.PURGE);
      case Effect.DeadLetterBacklog sweep -> dropsBacklog(book, sweep.queue(), Backlog.DEAD_LETTER);
      case Effect.Say say -> says(book, event, say.report());
      case Effect.SendResult send -> {
        var result = send.result();
        require(
            result.outcome() != Outcome.SUCCEEDED || succeeded.contains(result.task()),
            Check.KILLED_OR_FINISHED,
            result.task(),
            "is said to have succeeded");
      }
      case Effect.Consume consume ->
          require(
              book.consuming.add(consume.queue()),
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
      case Effect.CancelConsumer _,
          Effect.Barrier _,
          Effect.TellTask _,
          Effect.TellWorker _,
          Effect.ShowRunning _,
          Effect.Rearm _,
          Effect.Keep _,
          Effect.Audit _,
          Effect.Schedule _,
          Effect.Log _ -> {}
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
        task.notBefore() == null || !simulation.now().isBefore(task.notBefore()),
        Check.NOTHING_STARTS_IN_A_HELD_SCOPE,
        task.id(),
        "starts before its time");
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
            return worker.task != null && book.deliveryOf(worker.task) == null;
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
    boolean isDue = event instanceof Event.TimerDue due && due.timer() instanceof Timer.AimOver;
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
    return book.stopping || book.orders.values().stream().anyMatch(Book.OrderEntry::exits);
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

  private static void dropsBacklog(Book book, String queue, Backlog how) {
    int wanted = 0;
    for (var entry : book.orders.values()) {
      var order = entry.order;
      var fate =
          order.kind() == OrderKind.PURGE
              ? Backlog.PURGE
              : order.kind() == OrderKind.KILL ? order.backlog() : Backlog.KEEP;
      if (entry.live
          && fate == how
          && !order.dryRun()
          && (order.scope().queues().isEmpty() || order.scope().queues().contains(queue))) {
        wanted++;
      }
    }
    int dropped = book.drops.merge(queue + " " + how, 1, Integer::sum);
    require(
        dropped <= wanted,
        Check.BACKLOG_IS_DROPPED_ONCE,
        book.settings.controller(),
        "drops the backlog of",
        queue,
        "for the time",
        dropped,
        ", and so many orders want it:",
        wanted);
  }

  // What it says.

  private void says(Book book, Event event, Report report) {
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
    var session = controller.sessionOf(delivery);
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
        !entry.keptHereAlone || !lasts(entry.order) || !book.home.isYetToWriteDown(entry.order),
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
          revoking == null || !revoking.id().equals(order.id()),
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

  /** What must be so when it has also been acted upon. */
  void performed(ModelController controller, Fleet.Decision decision) {
    var book = controller.book();
    var living = controller.livingWorkers();
    require(
        book.shown || living.isEmpty(),
        Check.SHOWS_WHAT_RUNS,
        controller.id,
        "shows that nothing runs, and",
        living,
        "live");
    require(
        !decision.state().isEnded() || living.isEmpty(),
        Check.TERMINAL_STATES_ARE_TERMINAL,
        controller.id,
        "has ended, and",
        living,
        "live");
  }

  /** What must be so when nothing is under way any more. */
  void atRest(List<String> published) {
    for (var task : published) {
      require(
          succeeded.contains(task)
              || simulation.broker.isDead(task)
              || purged.contains(task)
              || droppedCopies.contains(task),
          Check.NO_TASK_IS_LOST,
          task,
          "has not ended and is nowhere");
    }
    var unanswered = new ArrayList<String>();
    for (var controller : simulation.controllers) {
      var queue = controller.consumesUnwanted();
      require(
          queue == null,
          Check.CONSUMES_WHAT_IT_WANTS,
          controller.id,
          ": whether it consumes",
          queue,
          "is not what it means");
      unanswered.addAll(simulation.operator.unanswered(controller.id));
    }
    require(
        unanswered.isEmpty(),
        Check.EVERYTHING_ENDS,
        "these orders are not answered by everyone:",
        unanswered);
  }
}
