package dev.warrener.controller.fleet.simulator;

import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.TaskTarget;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.order.WorkerTarget;
import dev.warrener.messaging.report.Report;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model of the people with the right to kill: orders of every kind and scope, published to the
 * log and then as a signal, sometimes only one of both, sometimes again; and the reports that come
 * back, of which some are lost and some come twice.
 */
final class ModelOperator {
  /** An order on its way. */
  private final class Sending implements Runnable {
    private final HeardOrder order;
    private boolean logged;

    /** Another order has its id: nobody waits for its end. */
    private final boolean isAnother;

    Sending(HeardOrder order, boolean logged, boolean isAnother) {
      this.order = order;
      this.logged = logged;
      this.isAnother = isAnother;
    }

    @Override
    public void run() {
      if (!simulation.broker.up || simulation.broker.blocked) {
        return;
      }
      var copy =
          new HeardOrder(order.order(), order.userId(), order.replyTo(), HeardOrder.Origin.LOG);
      if (!isAnother) {
        simulation.checks.verdict.logged(order.order());
      }
      simulation.broker.log.add(copy);
      simulation.controllers.forEach(controller -> controller.links.ordered(copy));
      if (logged) {
        if (!isAnother) {
          simulation.checks.verdict.sent(order.order());
        }
        simulation.controllers.forEach(controller -> controller.links.ordered(order));
      }
      if (logged || simulation.chance.oneIn(simulation.faults().rarity(Fault.LOSE_PART))) {
        sending.remove(this);
      }
      logged = true;
    }
  }

  /** A user who may give orders to some controllers, in some of their lives. */
  static final String SOMETIMES = "mallory";

  /** A user who may never give any. */
  private static final String NEVER = "eve";

  private static final List<String> BATCHES = List.of("b0", "b1", "b2");

  private final Simulation simulation;
  private final Chance chance;
  final List<Runnable> sending = new ArrayList<>();
  private final Map<String, HeardOrder> issued = new LinkedHashMap<>();
  private final Map<String, Set<String>> answers = new HashMap<>();
  private final List<HeardOrder> issuedHere = new ArrayList<>();
  private @Nullable Scope lastScope;
  private final List<String> ofNobody = new ArrayList<>();

  /** All resumes that anybody has given, anywhere. */
  final List<Order> resumes = new ArrayList<>();

  private List<Duration> clocks;
  int local;

  /** How often they have used an id again. */
  long again;

  long kills;

  ModelOperator(Simulation simulation) {
    this.simulation = simulation;
    chance = simulation.chance;
    clocks = List.of(Duration.ZERO, simulation.error(70), simulation.error(70));
  }

  /** How far the clock of one of them is ahead, at most. */
  Duration mostAhead() {
    return Collections.max(clocks);
  }

  /** Their clocks are right from now on. */
  void setClocks() {
    clocks = List.of(Duration.ZERO);
  }

  /** How many orders they have given. */
  int issued() {
    return issued.size();
  }

  // What they order.

  void orderSomething() {
    if (chance.oneIn(12)) {
      issueAgain();
      return;
    }
    if (!issued.isEmpty() && chance.oneIn(10)) {
      // Somebody joins.
      send(chance.of(List.copyOf(issued.values())));
      return;
    }
    var kind =
        switch (chance.below(12)) {
          case 0 -> OrderKind.HOLD;
          case 1 -> OrderKind.DRAIN;
          case 2 -> OrderKind.PURGE;
          case 3 -> OrderKind.ROLL_CALL;
          case 4, 5, 6 -> OrderKind.RESUME;
          default -> OrderKind.KILL;
        };
    issue(kind, scope(kind));
  }

  /** Somebody who is on a host gives an order to its controller alone, over its control socket. */
  void orderHere() {
    var controller = chance.of(simulation.controllers);
    if (!issuedHere.isEmpty() && chance.oneIn(5)) {
      controller.orderedHere(chance.of(issuedHere));
      return;
    }
    var kind = chance.of(List.of(OrderKind.KILL, OrderKind.KILL, OrderKind.HOLD, OrderKind.RESUME));
    var order = orderOf(kind, scope(kind));
    var heard = new HeardOrder(order, null, null, HeardOrder.Origin.LOCAL);
    issuedHere.add(heard);
    local++;
    controller.orderedHere(heard);
  }

  void resumeAll(List<String> tasks) {
    send(heard(resume(Scope.ALL), "ops"));
    BATCHES.forEach(batch -> send(heard(resume(Scope.ofBatch(batch)), "ops")));
    // Those that wait for a resume of their own.
    for (var task : tasks) {
      send(heard(resume(Scope.ofTask(task)), "ops"));
    }
  }

  /** Once more, for the controllers that found the tripwire pulled after the last one. */
  void resumeAllAgain() {
    send(heard(resume(Scope.ALL), "ops"));
  }

  private Order resume(Scope scope) {
    return order(OrderKind.RESUME, scope, null, Backlog.KEEP, null, 0, 3600, false);
  }

  private void issue(OrderKind kind, Scope scope) {
    var order = orderOf(kind, scope);
    if (!chance.oneIn(20)) {
      send(heard(order, "ops"));
      return;
    }
    switch (chance.below(3)) {
      case 0 -> send(heard(order, SOMETIMES));
      case 1 -> send(heard(order, null));
      default -> {
        sending.add(new Sending(heard(order, NEVER), chance.oneIn(5), true));
        ofNobody.add(order.id());
      }
    }
  }

  /** Gives another order with an id that was used before: for an order, or by somebody else. */
  private void issueAgain() {
    if (!ofNobody.isEmpty() && chance.oneIn(2)) {
      var kind = chance.of(List.of(OrderKind.KILL, OrderKind.HOLD, OrderKind.RESUME));
      var id = ofNobody.remove(chance.below(ofNobody.size()));
      send(heard(orderOf(kind, scope(kind)).toBuilder().id(id).build(), "ops"));
      return;
    }
    var logged = simulation.broker.log;
    if (logged.isEmpty()) {
      return;
    }
    var first = chance.of(logged);
    var kind = chance.of(List.of(OrderKind.KILL, OrderKind.HOLD, OrderKind.RESUME));
    if (kind == first.order().kind() || !"ops".equals(first.userId())) {
      return;
    }
    var other = heard(orderOf(kind, scope(kind)).toBuilder().id(first.order().id()).build(), "ops");
    var controller = chance.of(simulation.controllers);
    if (chance.oneIn(3) && controller.isConnected()) {
      controller.orderedHere(new HeardOrder(other.order(), null, null, HeardOrder.Origin.LOCAL));
    } else {
      sending.add(new Sending(other, false, true));
    }
    again++;
  }

  private Order orderOf(OrderKind kind, Scope scope) {
    boolean kill = kind == OrderKind.KILL;
    var inFlight = kill ? chance.of(List.of(InFlight.values())) : null;
    var then =
        kill
            ? chance.of(List.of(Then.HOLD, Then.RESPAWN, Then.RESPAWN, Then.RESPAWN, Then.EXIT))
            : null;
    var backlog =
        kill && chance.oneIn(4) && !(scope.namesTasks() && inFlight == InFlight.REQUEUE)
            ? chance.of(List.of(Backlog.values()))
            : Backlog.KEEP;
    if (kill) {
      kills++;
    }
    return order(
        kind,
        scope,
        inFlight,
        backlog,
        then,
        kill && chance.oneIn(4) ? chance.below(chance.oneIn(3) ? 120_000 : 2000) : 0,
        chance.oneIn(8) ? chance.below(5) : 600,
        chance.oneIn(15));
  }

  private Order order(
      OrderKind kind,
      Scope scope,
      @Nullable InFlight inFlight,
      Backlog backlog,
      @Nullable Then then,
      long grace,
      long validSeconds,
      boolean dryRun) {
    simulation.passMillis(1);
    var issuedAt = simulation.now().plus(chance.of(clocks));
    var given =
        Order.builder(kind, scope)
            .id(simulation.nextId())
            .inFlight(inFlight)
            .backlog(backlog)
            .then(then)
            .graceMillis(grace)
            .reason("simulated")
            .issuedBy("sim")
            .issuedAt(issuedAt)
            .expiresAt(issuedAt.plus(Duration.ofSeconds(validSeconds)))
            .dryRun(dryRun)
            .build();
    if (kind == OrderKind.RESUME && !dryRun) {
      resumes.add(given);
    }
    return given;
  }

  private static HeardOrder heard(Order order, @Nullable String user) {
    return new HeardOrder(order, user, null);
  }

  private void send(HeardOrder order) {
    if ("ops".equals(order.userId())) {
      issued.putIfAbsent(order.order().id(), order);
    }
    // A foreign client knows the signal only, and the log hears that too.
    sending.add(new Sending(order, chance.oneIn(5), false));
  }

  /** Often what somebody ordered something about before: people contradict each other. */
  private Scope scope(OrderKind kind) {
    if (kind != OrderKind.PURGE && lastScope != null && chance.oneIn(4)) {
      return lastScope;
    }
    lastScope = newScope(kind);
    return lastScope;
  }

  /**
   * A scope that names several things, one or more of each kind. A purge names queues and
   * controllers alone.
   */
  private Scope combined(OrderKind kind) {
    boolean any = kind != OrderKind.PURGE;
    while (true) {
      var controllers = new ArrayList<String>();
      var queues = new ArrayList<String>();
      var batches = new ArrayList<String>();
      var tasks = new ArrayList<TaskTarget>();
      var workers = new ArrayList<WorkerTarget>();
      for (int i = 1 + chance.below(2); i > 0 && chance.oneIn(2); i--) {
        controllers.add(chance.of(simulation.controllers).id);
      }
      for (int i = 1 + chance.below(2); i > 0 && chance.oneIn(2); i--) {
        queues.add(chance.of(ModelBroker.QUEUES));
      }
      for (int i = 1 + chance.below(2); any && i > 0 && chance.oneIn(2); i--) {
        batches.add(chance.of(BATCHES));
      }
      for (int i = 1 + chance.below(3); any && i > 0 && chance.oneIn(3); i--) {
        tasks.add(new TaskTarget(task(), chance.oneIn(3) ? 1 + chance.below(2) : null));
      }
      for (int i = 1 + chance.below(3); any && i > 0 && chance.oneIn(4); i--) {
        workers.add(
            new WorkerTarget(
                chance.of(simulation.controllers).id + "/" + (1 + chance.below(5)),
                chance.oneIn(3) ? 1L + chance.below(4) : null));
      }
      if (!controllers.isEmpty()
          || !queues.isEmpty()
          || !batches.isEmpty()
          || !tasks.isEmpty()
          || !workers.isEmpty()) {
        return new Scope(false, controllers, queues, batches, tasks, workers);
      }
    }
  }

  private Scope newScope(OrderKind kind) {
    if (chance.oneIn(3)) {
      return combined(kind);
    }
    int choice = chance.below(kind == OrderKind.PURGE ? 4 : 14);
    var controller = chance.of(simulation.controllers);
    return switch (choice) {
      case 0 -> Scope.ALL;
      case 1, 2 -> Scope.ofQueue(chance.of(ModelBroker.QUEUES));
      case 3 ->
          new Scope(false, List.of(controller.id), List.of(), List.of(), List.of(), List.of());
      case 4, 5 -> Scope.ofBatch(chance.of(BATCHES));
      case 6, 7 -> Scope.ofTask(task());
      case 8, 9 -> ofTasks(List.of(new TaskTarget(task(), 1 + chance.below(3))));
      case 10 -> ofTasks(List.of(new TaskTarget(task(), null), new TaskTarget(task(), 1)));
      case 11 -> ofWorker(new WorkerTarget(controller.id + "/" + (1 + chance.below(5)), null));
      case 12 ->
          ofWorker(
              new WorkerTarget(controller.id + "/" + (1 + chance.below(5)), 1L + chance.below(4)));
      default ->
          new Scope(
              false,
              List.of(),
              List.of(chance.of(ModelBroker.QUEUES)),
              List.of(chance.of(BATCHES)),
              List.of(),
              List.of());
    };
  }

  /** One that runs now, more often than not. */
  private String task() {
    if (chance.oneIn(3)) {
      return simulation.anyTask();
    }
    for (var worker : chance.of(simulation.controllers).workers.values()) {
      var running = worker.running();
      if (running != null) {
        return running.id();
      }
    }
    return simulation.anyTask();
  }

  private static Scope ofTasks(List<TaskTarget> targets) {
    return new Scope(false, List.of(), List.of(), List.of(), targets, List.of());
  }

  private static Scope ofWorker(WorkerTarget target) {
    return new Scope(false, List.of(), List.of(), List.of(), List.of(), List.of(target));
  }

  // What they hear.

  void hears(Report report) {
    if (chance.oneIn(simulation.faults().rarity(Fault.LOSE_REPORT))) {
      return;
    }
    simulation.checks.verdict.arrived(report);
    if (report instanceof Report.ControllerDone || report instanceof Report.ControllerRefused) {
      answers.computeIfAbsent(report.order(), order -> new HashSet<>()).add(report.controller());
    }
  }

  /** The orders to which a controller has given no answer that arrived. */
  List<String> unanswered(String controller) {
    var missing = new ArrayList<String>();
    for (var order : issued.keySet()) {
      if (!answers.getOrDefault(order, Set.of()).contains(controller)) {
        missing.add(order);
      }
    }
    return missing;
  }

  /** Sends again what somebody has not answered. */
  void joinUnanswered() {
    for (var controller : simulation.controllers) {
      for (var order : unanswered(controller.id)) {
        var again = issued.get(order);
        if (again != null) {
          controller.links.ordered(again);
        }
      }
    }
  }
}
