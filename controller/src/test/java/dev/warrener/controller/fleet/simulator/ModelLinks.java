package dev.warrener.controller.fleet.simulator;

import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.HeardOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The connections of a model controller to the broker, as the controller sees them. */
final class ModelLinks {
  /** The longest that the broker had been silent when a loss is noticed. */
  static final Duration SILENCE = Duration.ofSeconds(5);

  private final ModelController home;
  private final Simulation simulation;
  private final Chance chance;
  private final ModelBroker broker;
  long generation;
  ModelBroker.@Nullable Session session;
  final Map<DeliveryKey, Letter> inHand = new HashMap<>();
  boolean ordersOpen;
  boolean ordersCut;
  boolean ordersSynced;
  boolean everSynced;
  boolean listensToTripwire;
  final Deque<HeardOrder> liveOrders = new ArrayDeque<>();
  Instant cutUntil = Instant.EPOCH;
  final Runnable connectTasks = this::connectTasks;
  final Runnable noticeTasks = this::noticeTasks;
  final Runnable dropTasks = this::dropTasks;
  final Runnable openOrders = this::openOrders;
  final Runnable syncOrders = this::syncOrders;
  final Runnable noticeOrders = this::noticeOrders;
  private final Map<String, Runnable> deliveries = new LinkedHashMap<>();

  ModelLinks(ModelController home) {
    this.home = home;
    simulation = home.simulation;
    chance = simulation.chance;
    broker = simulation.broker;
    for (var queue : ModelBroker.QUEUES) {
      deliveries.put(queue, () -> deliver(queue));
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
    if (current == null || !current.works() || home.isDown()) {
      return;
    }
    var queue = chance.of(ModelBroker.QUEUES);
    if (current.consumes(queue)) {
      broker.endChannel(current, queue);
      inHand.keySet().removeIf(key -> key.queue().equals(queue));
      home.fromTasks.add(new Event.ConsumptionEnded(current.generation, queue, "simulated"));
    }
  }

  boolean isCut() {
    return simulation.now().isBefore(cutUntil);
  }

  boolean reachesBroker() {
    return broker.up && !isCut();
  }

  boolean sessionWorks() {
    return session != null && session.works() && reachesBroker();
  }

  void addBrokersTurns(List<Runnable> turns) {
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

  void addConnectionTurns(List<Runnable> turns) {
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

  void connectTasks() {
    generation++;
    session = broker.connect(home.id, generation);
    home.fromTasks.add(new Event.BrokerUp(generation));
  }

  void noticeTasks() {
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
    for (var event : List.copyOf(home.fromTasks)) {
      if (event instanceof Event.Delivered && chance.oneIn(4)) {
        home.fromTasks.remove(event);
        home.late.add(event);
      }
    }
    home.fromTasks.add(new Event.BrokerDown(lost.generation, "simulated", silence()));
  }

  private Duration silence() {
    return Duration.ofMillis(chance.below((int) SILENCE.toMillis()));
  }

  void dropTasks() {
    if (session != null) {
      broker.end(session);
    }
  }

  void openOrders() {
    ordersOpen = true;
    ordersCut = false;
    ordersSynced = false;
    liveOrders.clear();
    listensToTripwire = broker.armed;
  }

  void syncOrders() {
    ordersSynced = true;
    everSynced = true;
    boolean disarmed = !broker.armed;
    home.fromOrders.add(
        new Event.OrdersSynced(List.copyOf(broker.log), disarmed ? simulation.nextId() : null));
    for (var live : liveOrders) {
      home.fromOrders.add(new Event.OrderArrived(live));
    }
    liveOrders.clear();
  }

  void noticeOrders() {
    ordersOpen = false;
    ordersSynced = false;
    listensToTripwire = false;
    liveOrders.clear();
    home.fromOrders.add(new Event.OrdersDown("simulated", silence()));
  }

  /** An order comes by the fanout, or as the next of the log. */
  void ordered(HeardOrder order) {
    if (!ordersOpen || ordersCut || home.isDown()) {
      return;
    }
    if (ordersSynced) {
      home.fromOrders.add(new Event.OrderArrived(order));
    } else {
      liveOrders.add(order);
    }
  }

  void tripwirePulled() {
    if (ordersOpen && !ordersCut && listensToTripwire && !home.isDown()) {
      listensToTripwire = false;
      home.fromOrders.add(new Event.Tripped(simulation.nextId()));
    }
  }

  void deliver(String queue) {
    var current = session;
    if (current == null) {
      return;
    }
    var key = broker.deliver(current, queue);
    var letter = broker.letter(current, key);
    if (letter == null) {
      return;
    }
    simulation.checks.world.goesRound(letter);
    inHand.put(key, letter);
    home.fromTasks.add(new Event.Delivered(key, letter.task));
  }

  /** The broker's side of its task connection, if that is the one of {@code key}. */
  ModelBroker.@Nullable Session sessionOf(DeliveryKey key) {
    var current = session;
    return current != null && current.generation == key.generation() ? current : null;
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
}
