package dev.warrener.controller.fleet.simulator;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.order.WorkerTarget;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one life of a controller was told and has answered, written down beside it: the checks go by
 * this and by the models, not by the controller's own state.
 */
final class Book {
  /** A worker of this life. */
  static final class WorkerEntry {
    final WorkerKey key;
    final String queue;
    boolean ready;

    /** What it was handed and is not known to have finished before it was killed. */
    @Nullable Task task;

    @Nullable Instant startedAt;

    /** What it was handed to start after that. */
    final List<Task> ahead = new ArrayList<>();

    /** What it was told to give back and has said nothing about, with the time. */
    final Map<Task, Instant> recalled = new HashMap<>();

    /** What had ended before the last run started, as it said after it was killed. */
    final List<Task> endedBefore = new ArrayList<>();

    /** The same of those that had failed as they were asked to stop. */
    final List<Task> stoppedBefore = new ArrayList<>();

    /** It said after it was killed, or asked to stop, that the run has ended. */
    boolean endHeard;

    /** It said so after it was killed. */
    boolean finishedLate;

    /** Since when the broker has had the delivery of what it runs, as far as is known. */
    @Nullable Instant lostSince;

    boolean killed;
    boolean asked;
    boolean timedOut;

    /** It was asked before it was killed: a failure may be its answer. */
    boolean askedFirst;

    /** Since when it may close its handlers, because its controller ends. */
    @Nullable Instant closingSince;

    /** The order that killed it, if one did, and first. */
    @Nullable Order killer;

    boolean dead;

    WorkerEntry(WorkerKey key, String queue) {
      this.key = key;
      this.queue = queue;
    }

    boolean inFlight() {
      return task != null && startedAt != null && !finishedLate;
    }

    /** What it was handed of that id and attempt, or null. */
    @Nullable Task find(String id, int attempt) {
      if (task != null && task.id().equals(id) && task.attempt() == attempt) {
        return task;
      }
      for (var one : ahead) {
        if (one.id().equals(id) && one.attempt() == attempt) {
          return one;
        }
      }
      return null;
    }

    boolean has(String id) {
      return (task != null && task.id().equals(id))
          || ahead.stream().anyMatch(one -> one.id().equals(id));
    }

    void next() {
      task = ahead.isEmpty() ? null : ahead.removeFirst();
      startedAt = null;
    }
  }

  /** An order that this life has taken on or refused. */
  static final class OrderEntry {
    final Order order;
    final boolean live;

    /** It has come by the signal or over the control socket, and not from the log alone. */
    boolean broadcast;

    /** It was read from the log at the start: it had been carried out, or refused, before. */
    final boolean former;

    final Set<WorkerKey> targets = new HashSet<>();

    /** Workers that must not have begun another task when they are killed for the one in scope. */
    final Map<WorkerKey, Task> aims = new HashMap<>();

    final Set<WorkerKey> certified = new HashSet<>();
    final Set<WorkerKey> unconfirmed = new HashSet<>();

    /** Deliveries of the runs that were in flight when their workers in scope died. */
    final Map<DeliveryKey, Task> inFlight = new LinkedHashMap<>();

    final Set<String> settled = new HashSet<>();

    /** The delivery by which each run was held, when its worker died. */
    final Map<String, DeliveryKey> deliveries = new HashMap<>();

    /** What has been said about it, for whoever joins. */
    final List<Report> said = new ArrayList<>();

    /** No log has it: it came over the control socket, or by the tripwire. */
    final boolean keptHereAlone;

    final Instant takenOn;
    boolean heard;
    boolean done;
    @Nullable Instant doneAt;

    OrderEntry(Order order, boolean live, boolean former, boolean keptHereAlone, Instant takenOn) {
      this.order = order;
      this.takenOn = takenOn;
      this.keptHereAlone = keptHereAlone;
      this.live = live;
      this.former = former;
    }

    boolean singlesOut() {
      return !(order.scope().tasks().isEmpty() && order.scope().batches().isEmpty());
    }

    /** Whether the controller is to end because of it, if it covers all that it serves. */
    boolean exits() {
      return done && !former && order.kind() == OrderKind.KILL && order.then() == Then.EXIT;
    }
  }

  /** A run that ended by itself, badly: the only reason to charge an attempt. */
  record Charge(String task, int attempt, boolean crash) {}

  final ModelController home;
  final Settings settings;
  final int life;
  final Statements statements;
  final Objections objections;
  final Instant startedAt;

  long generation;
  boolean connected;
  boolean synced;
  boolean shown;
  boolean stopping;

  /** It is to end without waiting for its runs. */
  boolean stopsAtOnce;

  /** When it last went on after it had stood still. */
  Instant awakeSince = Instant.EPOCH;

  /** Since when no order can reach it, as far as it knows. */
  @Nullable Instant deafSince;

  final Map<String, Integer> consuming = new HashMap<>();
  final Map<DeliveryKey, Task> inHand = new LinkedHashMap<>();
  final Map<DeliveryKey, Instant> received = new HashMap<>();
  final Set<DeliveryKey> settled = new HashSet<>();
  final Map<Long, DeliveryKey> moving = new HashMap<>();
  final Map<WorkerKey, WorkerEntry> workers = new LinkedHashMap<>();
  final Map<Integer, Long> newest = new HashMap<>();
  final Map<String, OrderEntry> orders = new HashMap<>();

  /** The first order with each id that counts here, also of those that were over when read. */
  private final Map<String, Order> given = new HashMap<>();

  /** The deliveries whose acknowledgement the broker has really taken. */
  final Set<DeliveryKey> taken = new HashSet<>();

  /** How often it has dropped the backlog of a queue, by queue and fate. */
  final Map<String, Integer> drops = new HashMap<>();

  final Refusals refusals;

  /** All orders that count here, in the sequence in which they came to do so. */
  final List<Order> counted = new ArrayList<>();

  /** An order that has just been broadcast for the first time, and is carried out; or null. */
  @Nullable Order justBroadcast;

  /** When it last found the tripwire pulled. */
  @Nullable Instant trippedAt;

  /** Orders that no log has, of former lives too: what they say holds all the same. */
  private final List<Order> keptHereAlone = new ArrayList<>();

  final Set<Charge> charges = new HashSet<>();

  /** Tasks whose fate an order is about to decide: whether they count as ended is open. */
  final Set<String> inDoubt = new HashSet<>();

  /** Runs of which it has heard the end: task, and the last attempt that ended. */
  final Map<String, Integer> ended = new HashMap<>();

  Book(ModelController home, Settings settings, int life) {
    this.home = home;
    this.settings = settings;
    this.life = life;
    statements = new Statements(settings.controller());
    objections = new Objections(this);
    refusals = new Refusals(objections);
    startedAt = home.wall();
  }

  boolean wantsToConsume(String queue) {
    return consuming.containsKey(queue);
  }

  String worker(WorkerKey key) {
    return settings.controller() + "/" + key.slot();
  }

  /** Whether an event is about a former process or connection, and so must change nothing. */
  boolean isStale(Event event) {
    return switch (event) {
      case Event.Spawned one -> isDead(one.worker());
      case Event.Ready one -> isDead(one.worker());
      case Event.Started one -> isDead(one.worker());
      case Event.Finished one -> isDead(one.worker());
      case Event.TreeEmpty one -> isDead(one.certificate().worker());
      case Event.Unconfirmed one -> isDead(one.worker());
      case Event.SpawnFailed one -> isDead(one.worker());
      case Event.Delivered one -> !connected || one.key().generation() != generation;
      default -> false;
    };
  }

  private boolean isDead(WorkerKey key) {
    var entry = workers.get(key);
    return entry == null || entry.dead;
  }

  /** The delivery in hand of a task's run, not settled and not on its way elsewhere, or null. */
  @Nullable DeliveryKey deliveryOf(Task task) {
    for (var entry : inHand.entrySet()) {
      if (entry.getValue().id().equals(task.id())
          && entry.getValue().attempt() == task.attempt()
          && !moving.containsValue(entry.getKey())) {
        return entry.getKey();
      }
    }
    return null;
  }

  /** Whether it runs what another host may run too, or what no order can have reached for long. */
  boolean isCutOff(WorkerEntry worker) {
    var deafFor =
        deafSince == null
            ? Duration.ZERO
            : Duration.between(deafSince.minus(ModelLinks.SILENCE), home.simulation.now());
    return worker.task != null
        && (deliveryOf(worker.task) == null || deafFor.compareTo(ModelController.LEASE) >= 0);
  }

  void loseDeliveries(@Nullable String queue) {
    inHand.keySet().removeIf(key -> queue == null || key.queue().equals(queue));
    moving.values().removeIf(key -> queue == null || key.queue().equals(queue));
    for (var order : orders.values()) {
      order.inFlight.keySet().removeIf(key -> queue == null || key.queue().equals(queue));
    }
  }

  /** The workers that an order is about, of those that live. */
  List<WorkerEntry> inScope(Order order) {
    var found = new ArrayList<WorkerEntry>();
    for (var worker : workers.values()) {
      if (!worker.dead && means(order, worker)) {
        found.add(worker);
      }
    }
    return found;
  }

  boolean means(Order order, WorkerEntry worker) {
    var scope = order.scope();
    boolean singlesOut = !scope.batches().isEmpty() || !scope.tasks().isEmpty();
    return isAt(scope, worker)
        && (!singlesOut || (worker.task != null && Statements.hasTask(scope, worker.task)));
  }

  /** Whether a worker is in the place that a scope names, whatever it runs. */
  boolean isAt(Scope scope, WorkerEntry worker) {
    if ((!scope.controllers().isEmpty() && !scope.controllers().contains(settings.controller()))
        || (!scope.queues().isEmpty() && !scope.queues().contains(worker.queue))) {
      return false;
    }
    return scope.workers().isEmpty()
        || scope.workers().stream().anyMatch(one -> isThat(one, worker));
  }

  private boolean isThat(WorkerTarget target, WorkerEntry worker) {
    return target.id().equals(worker(worker.key))
        && (target.incarnation() == null || target.incarnation() == worker.key.incarnation());
  }

  /** Whether an order may as well be refused as be taken on. */
  boolean isOpen(Order order) {
    return order.scope().tasks().stream()
        .anyMatch(target -> target.attempt() != null && inDoubt.contains(target.id()));
  }

  /** The orders that no log has, of those that have begun. */
  List<Order> keptHereAlone(Set<String> begun) {
    return keptHereAlone.stream().filter(order -> begun.contains(order.id())).toList();
  }

  /** What a former life has written down. */
  void remember(List<Order> orders, Set<Refusals.Refusal> refused) {
    keptHereAlone.addAll(orders);
    orders.forEach(this::counts);
    refusals.remember(refused);
  }

  /** It was over when it was read from the log: what it says holds all the same. */
  void takesOnLate(Order order) {
    if (!order.dryRun() && order.kind() != OrderKind.ROLL_CALL) {
      given.putIfAbsent(order.id(), order);
    }
    counts(order);
  }

  private void counts(Order order) {
    statements.add(order);
    if (!order.dryRun()) {
      counted.add(order);
    }
  }

  /** The first order with an id that counts here, or null. */
  @Nullable Order given(String id) {
    return given.get(id);
  }

  void takesOn(Order order, boolean live, boolean former, HeardOrder.Origin origin) {
    boolean alone = origin == HeardOrder.Origin.LOCAL || origin == HeardOrder.Origin.TRIPWIRE;
    var entry = new OrderEntry(order, live, former, alone, home.simulation.now());
    entry.broadcast = origin != HeardOrder.Origin.LOG;
    if (alone) {
      keptHereAlone.add(order);
    }
    orders.put(order.id(), entry);
    given.putIfAbsent(order.id(), order);
    if (order.dryRun()) {
      return;
    }
    counts(order);
    if (order.kind() == OrderKind.KILL) {
      for (var worker : inScope(order)) {
        home.runner.dooms(order, worker);
        aimAt(entry, worker);
      }
    }
  }

  void aimAt(OrderEntry entry, WorkerEntry worker) {
    var task = worker.task;
    if (entry.singlesOut()
        && !worker.killed
        && !worker.asked
        && task != null
        && !worker.ahead.isEmpty()) {
      entry.aims.put(worker.key, task);
    } else {
      entry.targets.add(worker.key);
    }
  }

  void performs(Effect effect) {
    switch (effect) {
      case Effect.Consume consume -> consuming.put(consume.queue(), consume.prefetch());
      case Effect.CancelConsumer cancel -> consuming.remove(cancel.queue());
      case Effect.ShowRunning show -> shown = show.any();
      default -> {}
    }
  }
}
