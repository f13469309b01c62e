package dev.warrener.controller.fleet.simulator;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.controller.fleet.state.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One controller: the real decisions, and models of the parts that act on them. As in the real
 * thing, what it is told and what it does wait in lanes: each lane keeps its order, and between
 * lanes anything may come first.
 */
final class ModelController {
  private enum Being {
    UP,
    FROZEN,
    DOWN
  }

  static final Duration LEASE = Duration.ofSeconds(15);
  final String id;

  /** How many tasks its workers take before they are free. */
  final int takesAhead;

  final Simulation simulation;
  private final Chance chance;
  private final ModelBroker broker;
  private final Settings usual;

  /** The settings of lives in which one more user may give orders. */
  private final Settings loose;

  private Settings settings;
  final ModelLinks links;
  final ModelEffectRunner runner;
  private Being being = Being.DOWN;
  int lives;

  /** How far its clock is ahead of the true time; below zero if it is behind. */
  private final Duration ahead;

  private FleetState state;
  private Book book;

  // What it is about to be told.

  final Deque<Event> fromTasks = new ArrayDeque<>();
  final Deque<Event> fromOrders = new ArrayDeque<>();
  final Deque<Event> fromPublisher = new ArrayDeque<>();
  final Deque<Event> fromSocket = new ArrayDeque<>();
  final List<Event> late = new ArrayList<>();

  final PriorityQueue<Effect.Schedule> timers =
      new PriorityQueue<>(Comparator.comparing(Effect.Schedule::at));

  final Map<WorkerKey, ModelWorker> workers = new LinkedHashMap<>();
  private Instant backAt = Instant.EPOCH;
  private Instant frozenSince = Instant.EPOCH;
  private final Runnable hearTasks = this::hearTasks;
  private final Runnable hearOrders = this::hearOrders;
  private final Runnable hearPublisher = this::hearPublisher;
  private final Runnable hearSocket = this::hearSocket;
  private final Runnable hearLate = this::hearLate;
  private final Runnable hearTimer = this::hearTimer;

  ModelController(Simulation simulation, int number, Settings usual, Settings loose) {
    this.simulation = simulation;
    this.usual = usual;
    this.loose = loose;
    settings = usual;
    chance = simulation.chance;
    broker = simulation.broker;
    id = settings.controller();
    takesAhead = chance.oneIn(4) ? 0 : 100;
    ahead = simulation.error(20);
    links = new ModelLinks(this);
    runner = new ModelEffectRunner(this, links);
    state = FleetState.initial(settings, wall());
    book = new Book(this, settings, number);
  }

  Book book() {
    return book;
  }

  /** The time that its clock shows. */
  Instant wall() {
    return simulation.now().plus(ahead);
  }

  boolean isUp() {
    return being == Being.UP;
  }

  boolean isDown() {
    return being == Being.DOWN;
  }

  FleetState state() {
    return state;
  }

  /** Whether it is up, and everything that it has to hear of orders is heard. */
  boolean isConnected() {
    return being == Being.UP
        && links.session != null
        && links.session.works()
        && links.ordersSynced
        && !links.ordersCut
        && fromOrders.isEmpty();
  }

  void start() {
    being = Being.UP;
    lives++;
    settings = chance.oneIn(6) ? loose : usual;
    state = FleetState.initial(settings, wall());
    book = new Book(this, settings, lives);
    links.everSynced = false;
    if (chance.oneIn(simulation.faults().rarity(Fault.LOSE_DISK))) {
      runner.loseDisk();
    }
    book.remember(runner.keptOrders, runner.keptRefusals);
    runner.begun.clear();
    runner.keptOrders.forEach(order -> runner.begun.add(order.id()));
    handle(new Event.Remembered(runner.kept));
    handle(new Event.KillsRemembered(runner.keptKills, 0, null));
  }

  /** SIGKILL: it is gone with all of its workers; the broker notices at once. */
  void kill(Duration away) {
    for (var worker : List.copyOf(workers.values())) {
      worker.vanish();
    }
    workers.clear();
    if (links.session != null) {
      broker.end(links.session);
    }
    links.session = null;
    links.ordersOpen = false;
    links.ordersCut = false;
    links.ordersSynced = false;
    links.listensToTripwire = false;
    links.liveOrders.clear();
    links.inHand.clear();
    fromTasks.clear();
    fromOrders.clear();
    fromPublisher.clear();
    fromSocket.clear();
    late.clear();
    timers.clear();
    runner.settler.clear();
    runner.mover.clear();
    runner.keeper.clear();
    being = Being.DOWN;
    backAt = simulation.now().plus(away);
  }

  void freeze(Duration length) {
    if (being == Being.UP) {
      being = Being.FROZEN;
      frozenSince = simulation.now();
      backAt = simulation.now().plus(length);
    }
  }

  void askToStop() {
    if (being == Being.UP && links.everSynced) {
      fromOrders.add(new Event.StopRequested());
    }
  }

  void crashAWorker() {
    if (!workers.isEmpty() && being != Being.DOWN) {
      chance.of(List.copyOf(workers.values())).dieByItself();
    }
  }

  /** What happens by itself when time has passed. */
  void tick() {
    var now = simulation.now();
    if (being == Being.DOWN && !now.isBefore(backAt)) {
      start();
    }
    if (being == Being.FROZEN) {
      if (now.isAfter(frozenSince.plus(LEASE))) {
        workers.values().forEach(ModelWorker::endByLease);
      }
      if (now.isAfter(frozenSince.plusSeconds(4))) {
        links.loseTasks();
        links.dropTasks();
        links.loseOrders();
      }
      if (!now.isBefore(backAt)) {
        being = Being.UP;
        var still = Duration.between(frozenSince, now);
        if (still.compareTo(LEASE.multipliedBy(2).dividedBy(3)) > 0) {
          handle(new Event.StoodStill(still));
        }
      }
    }
  }

  @Nullable Instant nextDue() {
    Instant first = being == Being.UP ? null : backAt;
    if (being == Being.UP && !timers.isEmpty()) {
      first = timers.peek().at().minus(ahead);
    }
    if (being == Being.UP && links.isCut()) {
      first = earlier(first, links.cutUntil);
    }
    for (var worker : workers.values()) {
      first = earlier(first, worker.due());
    }
    return first;
  }

  static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.isBefore(other) ? one : other;
  }

  /** Adds all that may happen to it or by it now. */
  void addTurns(List<Runnable> turns) {
    for (var worker : workers.values()) {
      if (worker.canListen()) {
        turns.add(worker.listen);
      }
      if (worker.canAnswer()) {
        turns.add(worker.answer);
      }
      if (worker.canAct()) {
        turns.add(worker.act);
      }
      if (worker.resists()) {
        turns.add(worker.resist);
      }
      if (being == Being.UP && worker.canSpeak()) {
        turns.add(worker.speak);
      }
    }
    if (being == Being.DOWN) {
      return;
    }
    links.addBrokersTurns(turns);
    if (being == Being.UP) {
      addOwnTurns(turns);
      links.addConnectionTurns(turns);
    }
  }

  private void addOwnTurns(List<Runnable> turns) {
    if (!fromTasks.isEmpty()) {
      turns.add(hearTasks);
    }
    if (!fromOrders.isEmpty()) {
      turns.add(hearOrders);
    }
    if (!fromPublisher.isEmpty()) {
      turns.add(hearPublisher);
    }
    if (!fromSocket.isEmpty()) {
      turns.add(hearSocket);
    }
    if (!late.isEmpty()) {
      turns.add(hearLate);
    }
    var timer = timers.peek();
    if (timer != null && !timer.at().isAfter(wall())) {
      turns.add(hearTimer);
    }
    if (!runner.settler.isEmpty()) {
      turns.add(runner.settle);
    }
    if (!runner.mover.isEmpty() && !broker.blocked) {
      turns.add(runner.move);
    }
    if (!runner.keeper.isEmpty()) {
      turns.add(runner.keep);
    }
  }

  /** Whether nothing is left to be heard or done. */
  boolean isQuiet() {
    return being == Being.UP
        && fromTasks.isEmpty()
        && fromOrders.isEmpty()
        && fromPublisher.isEmpty()
        && fromSocket.isEmpty()
        && late.isEmpty()
        && runner.settler.isEmpty()
        && runner.mover.isEmpty()
        && runner.keeper.isEmpty()
        && links.session != null
        && links.session.works()
        && links.ordersSynced
        && state.orders().underWay().isEmpty()
        && workers.values().stream().noneMatch(ModelWorker::canSpeak);
  }

  /** An order comes over its control socket, broker or not. */
  void orderedHere(HeardOrder order) {
    if (being == Being.UP) {
      fromSocket.add(new Event.OrderArrived(order));
    }
  }

  void hears(ModelWorker worker, Event frame) {
    if (chance.oneIn(simulation.faults().rarity(Fault.STALE))) {
      late.add(frame);
    }
    handle(frame);
    if (worker.isOver()) {
      workers.remove(worker.key);
    }
  }

  private void hearTasks() {
    handle(fromTasks.remove());
  }

  private void hearOrders() {
    handle(fromOrders.remove());
  }

  private void hearPublisher() {
    handle(fromPublisher.remove());
  }

  private void hearSocket() {
    handle(fromSocket.remove());
  }

  private void hearTimer() {
    var due = timers.remove();
    handle(new Event.TimerDue(due.timer()));
  }

  /** A frame of a former process, or a delivery of a former connection. */
  private void hearLate() {
    var event = late.remove(chance.below(late.size()));
    if (event instanceof Event.Delivered && !book.isStale(event)) {
      handle(event);
    } else if (book.isStale(event)) {
      var decision = simulation.decide(state, event, now());
      simulation.checks.changesNothing(this, event, state, decision);
    }
  }

  private Now now() {
    return new Now(wall(), simulation.nanos());
  }

  private void handle(Event event) {
    if (state.isEnded()) {
      return;
    }
    var decision = simulation.decide(state, event, now());
    var before = state;
    state = decision.state();
    simulation.checks.decided(this, event, before, decision);
    for (var effect : decision.effects()) {
      runner.perform(effect);
    }
    simulation.checks.world.performed(this, decision);
    if (state.isEnded()) {
      end();
    }
  }

  /** What its main thread does when it has ended in order. */
  private void end() {
    // What was still to be heard means nothing any more.
    fromTasks.addAll(fromOrders);
    for (var event : fromTasks) {
      simulation.checks.meansNothing(this, event, state, simulation.decide(state, event, now()));
    }
    while (!runner.mover.isEmpty() && !broker.blocked) {
      runner.move();
    }
    while (!runner.settler.isEmpty()) {
      runner.settle();
    }
    while (!runner.keeper.isEmpty()) {
      runner.keep();
    }
    kill(Duration.ofMillis(chance.below(20_000)));
  }

  Set<WorkerKey> livingWorkers() {
    var living = new LinkedHashSet<WorkerKey>();
    for (var worker : workers.values()) {
      if (worker.lives()) {
        living.add(worker.key);
      }
    }
    return living;
  }

  /** Whether it consumes, though it means not to, with nothing under way that would end that. */
  @Nullable String consumesUnwanted() {
    var current = links.session;
    if (being != Being.UP
        || current == null
        || !current.works()
        || !runner.settler.isEmpty()
        || !fromTasks.isEmpty()) {
      return null;
    }
    for (var queue : ModelBroker.QUEUES) {
      if (current.consumes(queue) != book.wantsToConsume(queue)) {
        return queue;
      }
    }
    return null;
  }
}
