package dev.warrener.controller.fleet.simulator;

import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.state.RetainedKills;
import dev.warrener.controller.fleet.state.RetainedRestrictions;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.task.Task;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a model controller that act: what waits to be settled, published and written down,
 * and what its disk keeps over its lives.
 */
final class ModelEffectRunner {
  private final ModelController home;
  private final ModelLinks links;
  private final Simulation simulation;
  private final Chance chance;
  private final ModelBroker broker;
  final Deque<Settling> settler = new ArrayDeque<>();
  final Deque<Effect> mover = new ArrayDeque<>();
  final Deque<Keeping> keeper = new ArrayDeque<>();
  RetainedRestrictions kept = RetainedRestrictions.NONE;
  List<Order> keptOrders = List.of();
  Set<Refusals.Refusal> keptRefusals = Set.of();
  RetainedKills keptKills = RetainedKills.NONE;

  /** The orders that this life has begun with: several may begin in one step. */
  final Set<String> begun = new HashSet<>();

  private final Map<Order, Set<String>> doomed = new LinkedHashMap<>();

  /** Work for the settler, and the generation in which it was given. */
  record Settling(Effect effect, long generation) {}

  /** Work for the keeper, and the orders and refusals that it is about. */
  record Keeping(Effect.Keep effect, List<Order> orders, Set<Refusals.Refusal> refusals) {}

  final Runnable settle = this::settle;
  final Runnable move = this::move;
  final Runnable keep = this::keep;

  ModelEffectRunner(ModelController home, ModelLinks links) {
    this.home = home;
    this.links = links;
    simulation = home.simulation;
    chance = simulation.chance;
    broker = simulation.broker;
  }

  /** The runs that a worker has or may begin are an order's, whichever life settles them. */
  void dooms(Order order, Book.WorkerEntry worker) {
    var runs = doomed.computeIfAbsent(order, id -> new HashSet<>());
    worker.ahead.forEach(task -> runs.add(task.id()));
    if (worker.task != null) {
      runs.add(worker.task.id());
    }
  }

  /**
   * Whether a task was in the hands of a worker that an order was to kill here, with that fate.
   *
   * @param by the order, or null for any
   */
  boolean isDoomed(String task, Backlog fate, @Nullable String by) {
    for (var entry : doomed.entrySet()) {
      var order = entry.getKey();
      if ((by == null || by.equals(order.id()))
          && RevocationChecks.of(order.inFlightOfKill()) == fate
          && entry.getValue().contains(task)) {
        return true;
      }
    }
    return false;
  }

  void perform(Effect effect) {
    switch (effect) {
      case Effect.Spawn spawn ->
          home.workers.put(spawn.worker(), new ModelWorker(home, spawn.worker(), spawn.queue()));
      case Effect.Dispatch dispatch -> {
        var worker = home.workers.get(dispatch.worker());
        if (worker != null) {
          worker.hand(dispatch.task());
        }
      }
      case Effect.Recall recall -> {
        var worker = home.workers.get(recall.worker());
        if (worker != null) {
          worker.recall(recall);
        }
      }
      case Effect.AskToEnd ask -> {
        var worker = home.workers.get(ask.worker());
        if (worker != null) {
          worker.askToEnd();
        }
      }
      case Effect.Kill kill -> {
        for (var key : kill.workers()) {
          var worker = home.workers.get(key);
          if (worker != null) {
            worker.signal();
          }
        }
      }
      case Effect.Consume _,
          Effect.CancelConsumer _,
          Effect.Acknowledge _,
          Effect.Requeue _,
          Effect.Reject _,
          Effect.Barrier _,
          Effect.PurgeBacklog _,
          Effect.DeadLetterBacklog _ ->
          settler.add(new Settling(effect, home.state().broker().generation()));
      case Effect.Move _, Effect.SendResult _ -> mover.add(effect);
      case Effect.Say say -> {
        if (say.report() instanceof Report.ControllerHeard heard) {
          begun.add(heard.order());
        }
        simulation.checks.verdict.says(home, say.report());
        simulation.operator.hears(say.report());
      }
      case Effect.Rearm _ -> {
        if (links.ordersOpen && !links.ordersCut) {
          broker.armed = true;
          links.listensToTripwire = true;
        }
      }
      case Effect.Schedule schedule -> home.timers.add(schedule);
      case Effect.Keep keeping ->
          keeper.add(
              new Keeping(
                  keeping, home.book().keptHereAlone(begun), home.book().refusals.lasting()));
      case Effect.KeepKills keeping -> keptKills = keeping.kills();
      case Effect.WriteSuspectRuns _,
          Effect.TellTask _,
          Effect.TellWorker _,
          Effect.ShowRunning _,
          Effect.Audit _,
          Effect.Log _,
          Effect.Misconfigured _,
          Effect.End _ -> {}
    }
  }

  void settle() {
    var current = links.session;
    var work = settler.remove();
    switch (work.effect()) {
      case Effect.Consume consume -> {
        if (current != null && links.sessionWorks()) {
          current.consume(consume.queue(), consume.prefetch());
        } else {
          int life = home.lives;
          simulation.later(() -> {
            if (life == home.lives && !home.isDown()) {
              home.fromTasks.add(
                  new Event.ConsumptionEnded(work.generation(), consume.queue(), "no connection"));
            }
          });
        }
      }
      case Effect.CancelConsumer cancel -> {
        if (current != null && links.sessionWorks()) {
          current.cancel(cancel.queue());
        }
      }
      case Effect.Acknowledge acknowledge -> {
        var letter = links.inHand.remove(acknowledge.delivery());
        var over = links.sessionOf(acknowledge.delivery());
        if (letter != null && over != null) {
          var gone = broker.acknowledge(over, acknowledge.delivery());
          if (gone != null) {
            home.book().taken.add(acknowledge.delivery());
            simulation.checks.world.leavesTheBroker(home, gone);
          }
        }
      }
      case Effect.Requeue requeue -> {
        var letter = links.inHand.remove(requeue.delivery());
        var over = links.sessionOf(requeue.delivery());
        if (letter != null && over != null) {
          broker.requeue(over, requeue.delivery());
        }
      }
      case Effect.Reject reject -> {
        var letter = links.inHand.remove(reject.delivery());
        var over = links.sessionOf(reject.delivery());
        var gone =
            letter == null || over == null ? null : broker.acknowledge(over, reject.delivery());
        if (gone != null) {
          home.book().taken.add(reject.delivery());
          broker.route(gone.task.queue() + ".dead", gone.task, simulation.now());
        }
      }
      case Effect.Barrier barrier ->
          home.fromTasks.add(
              links.sessionWorks()
                  ? new Event.BarrierPassed(barrier.token())
                  : new Event.BarrierFailed(barrier.token(), "simulated"));
      case Effect.PurgeBacklog purge ->
          dropBacklog(purge.token(), purge.queue(), purge.order(), null);
      case Effect.DeadLetterBacklog sweep ->
          dropBacklog(sweep.token(), sweep.queue(), sweep.order(), sweep.headers());
      default -> throw new AssertionError("no work for the settler");
    }
  }

  private void dropBacklog(
      long token, String queue, Order order, @Nullable Map<String, @Nullable Object> headers) {
    if (!links.sessionWorks() || (headers != null && broker.blocked)) {
      home.fromTasks.add(new Event.BacklogFailed(token, 0, "simulated"));
      return;
    }
    var all = broker.takeWaiting(queue);
    for (var letter : all) {
      BacklogChecks.sweeps(home.book(), letter, order);
      if (headers == null) {
        simulation.checks.world.leavesTheBroker(home, letter);
      } else {
        broker.route(queue + ".dead", withHeaders(letter.task, headers), simulation.now());
      }
    }
    // The answer may be lost though it was done.
    home.fromTasks.add(
        chance.oneIn(simulation.faults().rarity(Fault.REFUSE))
            ? new Event.BacklogFailed(token, 0, "simulated")
            : new Event.BacklogDone(token, all.size()));
  }

  void move() {
    switch (mover.remove()) {
      case Effect.Move move -> {
        var letter = links.inHand.get(move.delivery());
        if (letter == null) {
          fail(move.token());
          return;
        }
        boolean doubt =
            links.isCut()
                || !broker.up
                || chance.oneIn(simulation.faults().rarity(Fault.REFUSE));
        // In doubt it may have arrived all the same.
        boolean arrives = !doubt || (links.reachesBroker() && chance.oneIn(3));
        if (arrives) {
          simulation.checks.world.copied(home, letter, move);
          broker.route(
              move.routingKey(), withHeaders(letter.task, move.headers()), simulation.now());
        }
        if (doubt) {
          boolean isHopeless = !arrives && broker.up && chance.oneIn(4);
          home.fromPublisher.add(new Event.PublishFailed(move.token(), "simulated", isHopeless));
        } else {
          home.fromPublisher.add(new Event.Published(move.token()));
        }
      }
      case Effect.SendResult send -> {
        if (send.token() == 0) {
          return;
        }
        if (links.isCut() || chance.oneIn(simulation.faults().rarity(Fault.REFUSE))) {
          fail(send.token());
        } else {
          home.fromPublisher.add(new Event.Published(send.token()));
        }
      }
      default -> throw new AssertionError("no work for the mover");
    }
  }

  /** Whatever was written down is gone. */
  void loseDisk() {
    kept = RetainedRestrictions.NONE;
    keptOrders = List.of();
    keptRefusals = Set.of();
    keptKills = RetainedKills.NONE;
  }

  /** What must survive a restart is written down, or the disk is full. */
  void keep() {
    var work = keeper.remove();
    boolean fails = chance.oneIn(simulation.faults().rarity(Fault.REFUSE));
    if (!fails) {
      kept = work.effect().retained();
      keptOrders = work.orders();
      keptRefusals = work.refusals();
    }
    home.fromPublisher.add(new Event.Kept(work.effect().token(), fails ? "simulated" : null));
  }

  /** Whether an order would not survive a restart yet. */
  boolean isYetToWriteDown(Order order) {
    return keeper.stream().anyMatch(work -> work.orders().contains(order))
        && !keptOrders.contains(order);
  }

  void fail(long token) {
    home.fromPublisher.add(new Event.PublishFailed(token, "simulated"));
  }

  static Task withHeaders(Task task, Map<String, @Nullable Object> changes) {
    var headers = new HashMap<>(task.headers());
    var builder = task.toBuilder();
    for (var change : changes.entrySet()) {
      var value = change.getValue();
      switch (change.getKey()) {
        case "x-attempt" -> {
          if (value instanceof Integer attempt) {
            builder.attempt(attempt);
          }
        }
        case "x-expires-at" ->
            builder.expiresAt(value instanceof String text ? Instant.parse(text) : null);
        default -> {
          if (value == null) {
            headers.remove(change.getKey());
          } else {
            headers.put(change.getKey(), value);
          }
        }
      }
    }
    // A copy goes without the expiration that the broker would look at.
    return builder.expiration(null).headers(headers).build();
  }
}
