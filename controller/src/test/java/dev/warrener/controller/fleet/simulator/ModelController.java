package dev.warrener.controller.fleet.simulator;

import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.controller.fleet.state.RetainedRestrictions;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.controller.process.WorkerKey;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
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
  private final Settings settings;

  private Being being = Being.DOWN;
  private int lives;
  private FleetState state;
  private Book book;

  // What it is about to be told.
  private final Deque<Event> fromTasks = new ArrayDeque<>();
  private final Deque<Event> fromOrders = new ArrayDeque<>();
  private final Deque<Event> fromPublisher = new ArrayDeque<>();
  private final Deque<Event> fromSocket = new ArrayDeque<>();
  private final List<Event> late = new ArrayList<>();
  private final PriorityQueue<Effect.Schedule> timers =
      new PriorityQueue<>(Comparator.comparing(Effect.Schedule::at));

  // What it is about to do.
  private final Deque<Settling> settler = new ArrayDeque<>();
  private final Deque<Effect> mover = new ArrayDeque<>();
  private final Deque<Keeping> keeper = new ArrayDeque<>();

  // What outlives it on its disk.
  private RetainedRestrictions kept = RetainedRestrictions.NONE;
  private List<Order> keptOrders = List.of();

  /** The orders that this life has begun with: several may begin in one step. */
  private final Set<String> begun = new HashSet<>();

  /** Work for the settler, and the generation in which it was given. */
  private record Settling(Effect effect, long generation) {}

  /** Work for the keeper, and the orders that it is about. */
  private record Keeping(Effect.Keep effect, List<Order> orders) {}

  final Map<WorkerKey, ModelWorker> workers = new LinkedHashMap<>();

  // Its connections, as it sees them.
  private long generation;
  private ModelBroker.@Nullable Session session;
  private final Map<DeliveryKey, Letter> inHand = new HashMap<>();
  private boolean ordersOpen;
  private boolean ordersCut;
  private boolean ordersSynced;
  private boolean everSynced;
  private boolean listensToTripwire;
  private final Deque<HeardOrder> liveOrders = new ArrayDeque<>();

  private Instant cutUntil = Instant.EPOCH;
  private Instant backAt = Instant.EPOCH;
  private Instant frozenSince = Instant.EPOCH;

  private final Runnable hearTasks = this::hearTasks;
  private final Runnable hearOrders = this::hearOrders;
  private final Runnable hearPublisher = this::hearPublisher;
  private final Runnable hearSocket = this::hearSocket;
  private final Runnable hearLate = this::hearLate;
  private final Runnable hearTimer = this::hearTimer;
  private final Runnable settle = this::settle;
  private final Runnable move = this::move;
  private final Runnable keep = this::keep;
  private final Runnable connectTasks = this::connectTasks;
  private final Runnable noticeTasks = this::noticeTasks;
  private final Runnable dropTasks = this::dropTasks;
  private final Runnable openOrders = this::openOrders;
  private final Runnable syncOrders = this::syncOrders;
  private final Runnable noticeOrders = this::noticeOrders;
  private final Map<String, Runnable> deliveries = new LinkedHashMap<>();

  ModelController(Simulation simulation, int number, Settings settings) {
    this.simulation = simulation;
    chance = simulation.chance;
    broker = simulation.broker;
    id = settings.controller();
    this.settings = settings;
    takesAhead = chance.oneIn(4) ? 0 : 100;
    for (var queue : ModelBroker.QUEUES) {
      deliveries.put(queue, () -> deliver(queue));
    }
    state = FleetState.initial(settings, simulation.now());
    book = new Book(this, settings, number);
  }

  Book book() {
    return book;
  }

  FleetState state() {
    return state;
  }

  /** Whether it is up, and everything that it has to hear of orders is heard. */
  boolean isConnected() {
    return being == Being.UP
        && session != null
        && session.works()
        && ordersSynced
        && !ordersCut
        && fromOrders.isEmpty();
  }

  /** The broker's side of its task connection, if that is the one of {@code key}. */
  ModelBroker.@Nullable Session sessionOf(DeliveryKey key) {
    var current = session;
    return current != null && current.generation == key.generation() ? current : null;
  }

  // Its life.

  void start() {
    being = Being.UP;
    lives++;
    state = FleetState.initial(settings, simulation.now());
    book = new Book(this, settings, lives);
    everSynced = false;
    book.remember(keptOrders);
    begun.clear();
    keptOrders.forEach(order -> begun.add(order.id()));
    handle(new Event.Remembered(kept));
  }

  /** SIGKILL: it is gone with all of its workers; the broker notices at once. */
  void kill(Duration away) {
    for (var worker : List.copyOf(workers.values())) {
      worker.vanish();
    }
    workers.clear();
    if (session != null) {
      broker.end(session);
    }
    session = null;
    ordersOpen = false;
    ordersCut = false;
    ordersSynced = false;
    listensToTripwire = false;
    liveOrders.clear();
    inHand.clear();
    fromTasks.clear();
    fromOrders.clear();
    fromPublisher.clear();
    fromSocket.clear();
    late.clear();
    timers.clear();
    settler.clear();
    mover.clear();
    keeper.clear();
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
    if (being == Being.UP && everSynced) {
      fromOrders.add(new Event.StopRequested());
    }
  }

  void cut(Duration length) {
    cutUntil = simulation.now().plus(length);
    loseTasks();
    loseOrders();
  }

  /** Nothing gets through the task connection any more; who notices first is open. */
  void loseTasks() {
    if (session != null) {
      session.cut = true;
    }
  }

  void loseOrders() {
    if (ordersOpen) {
      ordersCut = true;
    }
  }

  void endConsumption() {
    var current = session;
    if (current == null || !current.works() || being == Being.DOWN) {
      return;
    }
    var queue = chance.of(ModelBroker.QUEUES);
    if (current.consumes(queue)) {
      broker.endChannel(current, queue);
      inHand.keySet().removeIf(key -> key.queue().equals(queue));
      fromTasks.add(new Event.ConsumptionEnded(current.generation, queue, "simulated"));
    }
  }

  void crashAWorker() {
    if (!workers.isEmpty() && being != Being.DOWN) {
      chance.of(List.copyOf(workers.values())).dieByItself();
    }
  }

  // Time.

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
        loseTasks();
        dropTasks();
        loseOrders();
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
      first = timers.peek().at();
    }
    if (being == Being.UP && isCut()) {
      first = earlier(first, cutUntil);
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

  private boolean isCut() {
    return simulation.now().isBefore(cutUntil);
  }

  private boolean reachesBroker() {
    return broker.up && !isCut();
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
    addBrokersTurns(turns);
    if (being == Being.UP) {
      addOwnTurns(turns);
      addConnectionTurns(turns);
    }
  }

  private void addBrokersTurns(List<Runnable> turns) {
    var current = session;
    if (current == null) {
      return;
    }
    for (var entry : deliveries.entrySet()) {
      if (broker.canDeliver(current, entry.getKey())) {
        turns.add(entry.getValue());
      }
    }
    if (current.open && current.cut) {
      turns.add(dropTasks);
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
    if (timer != null && !timer.at().isAfter(simulation.now())) {
      turns.add(hearTimer);
    }
    if (!settler.isEmpty()) {
      turns.add(settle);
    }
    if (!mover.isEmpty() && !broker.blocked) {
      turns.add(move);
    }
    if (!keeper.isEmpty()) {
      turns.add(keep);
    }
  }

  private void addConnectionTurns(List<Runnable> turns) {
    if (session == null && everSynced && reachesBroker()) {
      turns.add(connectTasks);
    }
    if (session != null && !session.works()) {
      turns.add(noticeTasks);
    }
    if (!ordersOpen && reachesBroker()) {
      turns.add(openOrders);
    } else if (ordersOpen && ordersCut) {
      turns.add(noticeOrders);
    } else if (ordersOpen && !ordersSynced) {
      turns.add(syncOrders);
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
        && settler.isEmpty()
        && mover.isEmpty()
        && keeper.isEmpty()
        && session != null
        && session.works()
        && ordersSynced
        && state.orders().isEmpty()
        && workers.values().stream().noneMatch(ModelWorker::canSpeak);
  }

  // Its connections.

  private void connectTasks() {
    generation++;
    session = broker.connect(id, generation);
    fromTasks.add(new Event.BrokerUp(generation));
  }

  private void noticeTasks() {
    var lost = session;
    if (lost == null) {
      return;
    }
    session = null;
    inHand.keySet().removeIf(key -> key.generation() <= lost.generation);
    // The broker may take longer to notice than the client.
    if (lost.open) {
      simulation.later(() -> broker.end(lost));
    }
    for (var event : List.copyOf(fromTasks)) {
      if (event instanceof Event.Delivered && chance.oneIn(4)) {
        fromTasks.remove(event);
        late.add(event);
      }
    }
    fromTasks.add(
        new Event.BrokerDown(lost.generation, "simulated", Duration.ofMillis(chance.below(5000))));
  }

  private void dropTasks() {
    if (session != null) {
      broker.end(session);
    }
  }

  private void openOrders() {
    ordersOpen = true;
    ordersCut = false;
    ordersSynced = false;
    liveOrders.clear();
    listensToTripwire = broker.armed;
  }

  private void syncOrders() {
    ordersSynced = true;
    everSynced = true;
    boolean disarmed = !broker.armed;
    fromOrders.add(
        new Event.OrdersSynced(List.copyOf(broker.log), disarmed ? simulation.nextId() : null));
    for (var live : liveOrders) {
      fromOrders.add(new Event.OrderArrived(live));
    }
    liveOrders.clear();
  }

  private void noticeOrders() {
    ordersOpen = false;
    ordersSynced = false;
    listensToTripwire = false;
    liveOrders.clear();
    fromOrders.add(new Event.OrdersDown("simulated"));
  }

  /** An order comes by the fanout, or as the next of the log. */
  void ordered(HeardOrder order) {
    if (!ordersOpen || ordersCut || being == Being.DOWN) {
      return;
    }
    if (ordersSynced) {
      fromOrders.add(new Event.OrderArrived(order));
    } else {
      liveOrders.add(order);
    }
  }

  /** An order comes over its control socket, broker or not. */
  void orderedHere(HeardOrder order) {
    if (being == Being.UP) {
      fromSocket.add(new Event.OrderArrived(order));
    }
  }

  void tripwirePulled() {
    if (ordersOpen && !ordersCut && listensToTripwire && being != Being.DOWN) {
      listensToTripwire = false;
      fromOrders.add(new Event.Tripped(simulation.nextId()));
    }
  }

  private void deliver(String queue) {
    var current = session;
    if (current == null) {
      return;
    }
    var key = broker.deliver(current, queue);
    var letter = broker.letter(current, key);
    if (letter == null) {
      return;
    }
    simulation.checks.goesRound(letter);
    inHand.put(key, letter);
    fromTasks.add(new Event.Delivered(key, letter.task));
  }

  // What it is told.

  void hears(ModelWorker worker, Event frame) {
    if (chance.oneIn(simulation.faults().stale())) {
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
    return new Now(simulation.now(), simulation.nanos());
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
      perform(effect);
    }
    simulation.checks.performed(this, decision);
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
    while (!mover.isEmpty() && !broker.blocked) {
      move();
    }
    while (!settler.isEmpty()) {
      settle();
    }
    while (!keeper.isEmpty()) {
      keep();
    }
    kill(Duration.ofMillis(chance.below(20_000)));
  }

  // What it does.

  private void perform(Effect effect) {
    switch (effect) {
      case Effect.Spawn spawn ->
          workers.put(spawn.worker(), new ModelWorker(this, spawn.worker(), spawn.queue()));
      case Effect.Dispatch dispatch -> {
        var worker = workers.get(dispatch.worker());
        if (worker != null) {
          worker.hand(dispatch.task());
        }
      }
      case Effect.Recall recall -> {
        var worker = workers.get(recall.worker());
        if (worker != null) {
          worker.recall(recall);
        }
      }
      case Effect.AskToEnd ask -> {
        var worker = workers.get(ask.worker());
        if (worker != null) {
          worker.askToEnd();
        }
      }
      case Effect.Kill kill -> {
        for (var key : kill.workers()) {
          var worker = workers.get(key);
          if (worker != null) {
            worker.signal();
          }
        }
      }
      case Effect.Consume _,
          Effect.CancelConsumer _,
          Effect.Acknowledge _,
          Effect.Requeue _,
          Effect.Barrier _,
          Effect.PurgeBacklog _,
          Effect.DeadLetterBacklog _ ->
          settler.add(new Settling(effect, state.generation()));
      case Effect.Move _, Effect.SendResult _ -> mover.add(effect);
      case Effect.Say say -> {
        if (say.report() instanceof Report.ControllerHeard heard) {
          begun.add(heard.order());
        }
        simulation.operator.hears(say.report());
      }
      case Effect.Rearm _ -> {
        if (ordersOpen && !ordersCut) {
          broker.armed = true;
          listensToTripwire = true;
        }
      }
      case Effect.Schedule schedule -> timers.add(schedule);
      case Effect.Keep keeping -> keeper.add(new Keeping(keeping, book.keptHereAlone(begun)));
      case Effect.TellTask _,
          Effect.TellWorker _,
          Effect.ShowRunning _,
          Effect.Audit _,
          Effect.Log _,
          Effect.End _ -> {}
    }
  }

  private boolean sessionWorks() {
    return session != null && session.works() && reachesBroker();
  }

  private void settle() {
    var current = session;
    var work = settler.remove();
    switch (work.effect()) {
      case Effect.Consume consume -> {
        if (current != null && sessionWorks()) {
          current.consume(consume.queue(), consume.prefetch());
        } else {
          int life = lives;
          simulation.later(() -> {
            if (life == lives && being != Being.DOWN) {
              fromTasks.add(
                  new Event.ConsumptionEnded(work.generation(), consume.queue(), "no connection"));
            }
          });
        }
      }
      case Effect.CancelConsumer cancel -> {
        if (current != null && sessionWorks()) {
          current.cancel(cancel.queue());
        }
      }
      case Effect.Acknowledge acknowledge -> {
        var letter = inHand.remove(acknowledge.delivery());
        var over = sessionOf(acknowledge.delivery());
        if (letter != null && over != null) {
          var gone = broker.acknowledge(over, acknowledge.delivery());
          if (gone != null) {
            book.taken.add(acknowledge.delivery());
            simulation.checks.leavesTheBroker(this, gone);
          }
        }
      }
      case Effect.Requeue requeue -> {
        var letter = inHand.remove(requeue.delivery());
        var over = sessionOf(requeue.delivery());
        if (letter != null && over != null) {
          broker.requeue(over, requeue.delivery());
        }
      }
      case Effect.Barrier barrier ->
          fromTasks.add(
              sessionWorks()
                  ? new Event.BarrierPassed(barrier.token())
                  : new Event.BarrierFailed(barrier.token(), "simulated"));
      case Effect.PurgeBacklog purge -> dropBacklog(purge.token(), purge.queue(), null);
      case Effect.DeadLetterBacklog sweep ->
          dropBacklog(sweep.token(), sweep.queue(), sweep.headers());
      default -> throw new AssertionError("no work for the settler");
    }
  }

  private void dropBacklog(
      long token, String queue, @Nullable Map<String, @Nullable Object> headers) {
    if (!sessionWorks() || (headers != null && broker.blocked)) {
      fromTasks.add(new Event.BacklogFailed(token, 0, "simulated"));
      return;
    }
    var all = broker.takeWaiting(queue);
    for (var letter : all) {
      if (headers == null) {
        simulation.checks.leavesTheBroker(this, letter);
      } else {
        broker.route(queue + ".dead", withHeaders(letter.task, headers), simulation.now());
      }
    }
    // The answer may be lost though it was done.
    fromTasks.add(
        chance.oneIn(simulation.faults().refuse())
            ? new Event.BacklogFailed(token, 0, "simulated")
            : new Event.BacklogDone(token, all.size()));
  }

  private void move() {
    switch (mover.remove()) {
      case Effect.Move move -> {
        var letter = inHand.get(move.delivery());
        if (letter == null) {
          fail(move.token());
          return;
        }
        boolean doubt = isCut() || !broker.up || chance.oneIn(simulation.faults().refuse());
        // In doubt it may have arrived all the same.
        if (!doubt || (reachesBroker() && chance.oneIn(3))) {
          simulation.checks.copied(this, letter, move);
          broker.route(
              move.routingKey(), withHeaders(letter.task, move.headers()), simulation.now());
        }
        if (doubt) {
          fail(move.token());
        } else {
          fromPublisher.add(new Event.Published(move.token()));
        }
      }
      case Effect.SendResult send -> {
        if (send.token() == 0) {
          return;
        }
        if (isCut() || chance.oneIn(simulation.faults().refuse())) {
          fail(send.token());
        } else {
          fromPublisher.add(new Event.Published(send.token()));
        }
      }
      default -> throw new AssertionError("no work for the mover");
    }
  }

  /** What must survive a restart is written down, or the disk is full. */
  private void keep() {
    var work = keeper.remove();
    boolean fails = chance.oneIn(simulation.faults().refuse());
    if (!fails) {
      kept = work.effect().keepsake();
      keptOrders = work.orders();
    }
    fromPublisher.add(new Event.Kept(work.effect().token(), fails ? "simulated" : null));
  }

  /** Whether an order would not survive a restart yet. */
  boolean isYetToWriteDown(Order order) {
    return keeper.stream().anyMatch(work -> work.orders().contains(order))
        && !keptOrders.contains(order);
  }

  private void fail(long token) {
    fromPublisher.add(new Event.PublishFailed(token, "simulated"));
  }

  /** Whether it believes that it holds a task, as it may do for a while after it has lost it. */
  boolean claims(String task) {
    for (var letter : inHand.values()) {
      if (letter.task.id().equals(task)) {
        return true;
      }
    }
    return false;
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
    var current = session;
    if (being != Being.UP
        || current == null
        || !current.works()
        || !settler.isEmpty()
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
