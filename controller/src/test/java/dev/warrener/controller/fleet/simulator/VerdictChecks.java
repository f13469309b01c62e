package dev.warrener.controller.fleet.simulator;

import static dev.warrener.controller.fleet.simulator.Violation.require;

import dev.warrener.controller.fleet.Fleet;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.task.Task;
import dev.warrener.operator.rollcall.KnownController;
import dev.warrener.operator.rollcall.RollCall;
import dev.warrener.operator.rollcall.RollCall.Deadlines;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Judges what an operator reads at the end of a kill: CONFIRMED_MEANS_DONE. The real roll-call
 * receives the reports that arrive, and what it confirms is held against the model processes alone.
 * Nothing here goes by a controller's state or by its book.
 */
final class VerdictChecks {
  private static final Duration HEAR_WITHIN = Duration.ofSeconds(10);
  private static final Duration DONE_WITHIN = Duration.ofSeconds(60);

  private final Simulation simulation;
  private final Map<String, Map<ModelWorker, List<Task>>> logged = new LinkedHashMap<>();
  private final Set<String> seen = new LinkedHashSet<>();
  private final Set<String> sent = new LinkedHashSet<>();
  private final Map<String, Following> open = new LinkedHashMap<>();

  /** The runs that a confirmed kill has purged, with the order. */
  private final Map<String, String> purged = new LinkedHashMap<>();

  /** How many kills were confirmed. */
  long confirmed;

  VerdictChecks(Simulation simulation) {
    this.simulation = simulation;
  }

  /** A kill that is followed to its end. */
  private static final class Following {
    final Order order;

    /** What lived in scope when the order was given, with the run in scope. */
    final Map<ModelWorker, List<Task>> lived;

    /** The runs in scope that a controller had when it received the order. */
    final Set<String> inFlight = new LinkedHashSet<>();

    /** Those of them that a death cut short. */
    final Set<String> cut = new LinkedHashSet<>();

    RollCall call;

    Following(Order order, Map<ModelWorker, List<Task>> lived, RollCall call) {
      this.order = order;
      this.lived = lived;
      this.call = call;
    }
  }

  /** An order is in the log. What starts from now on is younger than it. */
  void logged(Order order) {
    // What starts after the first entry is younger than the order, whoever sends it again.
    if (order.kind() != OrderKind.KILL || order.dryRun() || !seen.add(order.id())) {
      return;
    }
    var lived = new LinkedHashMap<ModelWorker, List<Task>>();
    simulation.controllers.forEach(controller -> addLiving(lived, order.scope(), controller));
    logged.putIfAbsent(order.id(), lived);
  }

  /** The signal of an order is published: who is connected now has to answer. */
  void sent(Order order) {
    var lived = logged.remove(order.id());
    if (lived == null || !simulation.broker.armed || !sent.add(order.id())) {
      return;
    }
    var now = simulation.now();
    int armed = 0;
    var known = new ArrayList<KnownController>();
    for (var controller : simulation.controllers) {
      if (controller.links.listensToTripwire) {
        armed++;
        known.add(
            KnownController.of(Fleet.presence(controller.state(), controller.now()), now, null));
      }
    }
    lived.keySet().removeIf(worker -> !worker.home.links.listensToTripwire);
    var call =
        RollCall.open(order, new Deadlines(now, now.plus(HEAR_WITHIN), now.plus(DONE_WITHIN)))
            .knowing(known)
            .armed(armed);
    open.put(order.id(), new Following(order, lived, call));
  }

  private static void addLiving(
      Map<ModelWorker, List<Task>> lived, Scope scope, ModelController controller) {
    for (var worker : controller.workers.values()) {
      if (worker.lives() && isThere(scope, worker)) {
        var runs = new ArrayList<Task>();
        var running = worker.running();
        if (running != null && Statements.hasTask(scope, running)) {
          runs.add(running);
        }
        if (!namesTasks(scope) || !runs.isEmpty()) {
          lived.put(worker, runs);
        }
      }
    }
  }

  private static boolean namesTasks(Scope scope) {
    return !scope.tasks().isEmpty() || !scope.batches().isEmpty();
  }

  private static boolean isThere(Scope scope, ModelWorker worker) {
    return (scope.controllers().isEmpty() || scope.controllers().contains(worker.home.id))
        && (scope.queues().isEmpty() || scope.queues().contains(worker.queue))
        && (scope.workers().isEmpty()
            || scope.workers().stream()
                .anyMatch(one ->
                    one.id().equals(worker.home.id + "/" + worker.key.slot())
                        && (one.incarnation() == null
                            || one.incarnation() == worker.key.incarnation())));
  }

  /** A controller reports; whether that arrives is another matter. */
  void says(ModelController controller, Report report) {
    var following = open.get(report.order());
    if (following != null && report instanceof Report.ControllerHeard) {
      var here = new LinkedHashMap<ModelWorker, List<Task>>();
      addLiving(here, following.order.scope(), controller);
      here.values().forEach(runs -> runs.forEach(run -> following.inFlight.add(run(run))));
    }
  }

  /** A run was cut short by a death that was no fault of its own. */
  void isCut(Task task) {
    for (var following : open.values()) {
      if (following.inFlight.contains(run(task))) {
        following.cut.add(run(task));
      }
    }
  }

  private static String run(Task task) {
    return task.id() + "@" + task.attempt();
  }

  /** A process begins a run. */
  void begins(ModelWorker worker, Task task) {
    var order = purged.get(run(task));
    require(
        order == null,
        Check.CONFIRMED_MEANS_DONE,
        run(task),
        "begins on",
        worker.name(),
        "though the operator was told that order",
        order,
        "is confirmed, which purged it");
  }

  /** A report has arrived. */
  void arrived(Report report) {
    var following = open.get(report.order());
    if (following != null) {
      following.call = following.call.with(report, simulation.now());
      conclude(following, simulation.now());
    }
  }

  /** Time has passed. */
  void tick() {
    for (var following : List.copyOf(open.values())) {
      conclude(following, simulation.now());
    }
  }

  private void conclude(Following following, Instant now) {
    if (!following.call.isOver(now)) {
      return;
    }
    var order = following.order;
    open.remove(order.id());
    if (!following.call.verdict(now).isConfirmed()) {
      return;
    }
    confirmed++;
    simulation.note("the operator reads that order", order.id(), "is confirmed");
    following.lived.forEach((worker, runs) -> {
      boolean lives =
          namesTasks(order.scope()) ? runs.stream().anyMatch(worker::mayRun) : worker.lives();
      require(
          !lives,
          Check.CONFIRMED_MEANS_DONE,
          worker.name(),
          "lived when order",
          order,
          "was given, and lives when it is confirmed");
    });
    if (order.inFlightOfKill() == InFlight.PURGE) {
      following.cut.forEach(run -> purged.put(run, order.id()));
    }
  }
}
