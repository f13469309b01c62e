package dev.warrener.controller.fleet.simulator;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.TaskTarget;
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

    /** Whether the controller is to end because of it. */
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
  final Set<DeliveryKey> settled = new HashSet<>();
  final Map<Long, DeliveryKey> moving = new HashMap<>();
  final Map<WorkerKey, WorkerEntry> workers = new LinkedHashMap<>();
  final Map<Integer, Long> newest = new HashMap<>();
  final Map<String, OrderEntry> orders = new HashMap<>();

  /** The deliveries whose acknowledgement the broker has really taken. */
  final Set<DeliveryKey> taken = new HashSet<>();

  /** How often it has dropped the backlog of a queue, by queue and fate. */
  final Map<String, Integer> drops = new HashMap<>();

  /** Orders of operators that it has refused: they stay refused. */
  final Set<String> refused = new HashSet<>();

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
    startedAt = home.simulation.now();
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

  /** Why a live order must be refused here, or null. */
  @Nullable String wrong(HeardOrder heard, Instant now) {
    if (heard.origin() != HeardOrder.Origin.LOCAL && !"ops".equals(heard.userId())) {
      return "user";
    }
    var order = heard.order();
    if (refused.contains(order.id())) {
      return "refused before";
    }
    boolean isQuestion = order.dryRun() || order.kind() == OrderKind.ROLL_CALL;
    if (!isQuestion && order.isExpired(now)) {
      return "expired";
    }
    return contradicts(order, false) ? "contradiction" : missed(order);
  }

  /**
   * Whether an order wants what can't be: to drop the waiting tasks of workers or of a controller,
   * or to end a controller for a part of what it serves.
   */
  boolean contradicts(Order order, boolean atStart) {
    if (order.kind() != OrderKind.KILL) {
      return false;
    }
    var scope = order.scope();
    boolean singlesOut = !scope.batches().isEmpty() || !scope.tasks().isEmpty();
    boolean isWhole = scope.all() || !scope.queues().isEmpty();
    if (order.backlog() != Backlog.KEEP && !singlesOut && !isWhole) {
      return true;
    }
    boolean here =
        (scope.controllers().isEmpty() || scope.controllers().contains(settings.controller()))
            && (scope.workers().isEmpty()
                || scope.workers().stream()
                    .anyMatch(one -> one.id().startsWith(settings.controller() + "/")));
    boolean somethingElse =
        singlesOut
            || !scope.workers().isEmpty()
            || (!scope.queues().isEmpty()
                && !scope
                    .queues()
                    .containsAll(
                        settings.queues().stream().map(Settings.QueueSettings::name).toList()));
    return order.then() == Then.EXIT && !atStart && here && somethingElse;
  }

  /** Whom of its targets an order names in an attempt or incarnation that is over, or null. */
  @Nullable String missed(Order order) {
    for (var target : order.scope().tasks()) {
      var missed = missed(target);
      if (missed != null) {
        return missed;
      }
    }
    for (var target : order.scope().workers()) {
      if (target.incarnation() == null || !target.id().startsWith(settings.controller() + "/")) {
        continue;
      }
      int slot = Integer.parseInt(target.id().substring(settings.controller().length() + 1));
      if (!target.incarnation().equals(newest.getOrDefault(slot, 0L))
          || order.issuedAt().isBefore(startedAt)) {
        return target.id();
      }
    }
    return null;
  }

  private @Nullable String missed(TaskTarget target) {
    if (target.attempt() == null) {
      return null;
    }
    for (var worker : workers.values()) {
      if (!worker.dead && worker.task != null && worker.task.id().equals(target.id())) {
        return worker.task.attempt() == target.attempt() ? null : target.id();
      }
    }
    return ended.getOrDefault(target.id(), 0) >= target.attempt() ? target.id() : null;
  }

  /** The orders that no log has, of those that have begun. */
  List<Order> keptHereAlone(Set<String> begun) {
    return keptHereAlone.stream().filter(order -> begun.contains(order.id())).toList();
  }

  /** What a former life has written down. */
  void remember(List<Order> orders) {
    keptHereAlone.addAll(orders);
    orders.forEach(statements::add);
  }

  void takesOn(Order order, boolean live, boolean former, HeardOrder.Origin origin) {
    boolean alone = origin == HeardOrder.Origin.LOCAL || origin == HeardOrder.Origin.TRIPWIRE;
    var entry = new OrderEntry(order, live, former, alone, home.simulation.now());
    if (alone) {
      keptHereAlone.add(order);
    }
    orders.put(order.id(), entry);
    if (order.dryRun()) {
      return;
    }
    statements.add(order);
    if (order.kind() == OrderKind.KILL) {
      for (var worker : inScope(order)) {
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
