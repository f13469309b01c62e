package dev.warrener.bench.suite;

import dev.warrener.bench.rig.ChildProcess;
import dev.warrener.bench.subject.KillFloor;
import dev.warrener.bench.subject.PythonPool;
import dev.warrener.bench.subject.WarrenerSubject;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.report.ReportType;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Measures a kill: from the order to the last certificate, the operator's whole command, and the
 * time that the kernel needs for the same JVMs.
 */
public final class KillSuite implements Suite {
  private static final String QUEUE = "kill";
  static final String LAST_CERTIFICATE = "order to last certificate";
  static final String OPERATOR = "the operator's command, start to exit";
  private static final int SPREAD_WORKERS = 30;

  @Override
  public String name() {
    return "kill";
  }

  @Override
  public void run(SuiteRun run) throws IOException, InterruptedException {
    run.note(
        "Order to last certificate: from just before the order is published to the arrival of the"
            + " last worker.dead report at a client of the broker. The order goes to the log first,"
            + " is confirmed, and then goes to the controllers.");
    run.note(
        "C floor: a C program starts the same worker processes, waits until they are ready or run"
            + " the same task, and measures from its first SIGKILL to its last waitpid.");
    run.note(
        "Operator's command: warrener kill --all --yes, which holds the fleet afterwards, from the"
            + " start of its process to its end.");
    run.note(
        "Each order holds the fleet, as an operator's does by default: no worker is started while it"
            + " is carried out, and none is in the C floor.");
    run.note(
        "Before the first kill, the controllers have finished the warm-up that follows their"
            + " start.");
    run.note(
        "A busy worker runs a loop that never ends and uses a whole processor. An idle one waits.");
    var warrener = new WarrenerSubject(run.programs());
    run.version("warrener", warrener.version());
    var pool = new PythonPool(run.programs());
    pool.missing().ifPresent(run::miss);
    run.version("Python", pool.version());
    run.broker().declare(QUEUE);
    for (int workers : run.size(List.of(4, 8), List.of(4, 8, 32, 64))) {
      try (var fleet = new FleetUnderOrders(run, warrener, QUEUE, 1, workers)) {
        measure(run, warrener, fleet, pool);
      }
    }
    for (int controllers : run.size(List.of(1, 3), List.of(1, 3, 10))) {
      int each = SPREAD_WORKERS / controllers;
      var conditions =
          Map.of(
              "controllers",
              Integer.toString(controllers),
              "workers",
              Integer.toString(controllers * each),
              "state",
              "idle");
      try (var fleet = new FleetUnderOrders(run, warrener, QUEUE, controllers, each)) {
        for (int round = 1; round <= run.rounds(); round++) {
          kill(run, fleet, false, conditions);
        }
      }
    }
  }

  private static void measure(
      SuiteRun run, WarrenerSubject warrener, FleetUnderOrders fleet, PythonPool pool)
      throws IOException, InterruptedException {
    var floor = KillFloor.of(run.programs(), KillFloor.workerCommandBelow(fleet.first().pid()));
    floor.missing().ifPresent(run::miss);
    for (int round = 1; round <= run.rounds(); round++) {
      for (boolean busy : new boolean[] {false, true}) {
        var conditions =
            Map.of("workers", Integer.toString(fleet.workers()), "state", busy ? "busy" : "idle");
        // Workers that start again after a kill must not disturb the next program's turn.
        fleet.awaitReady();
        if (floor.missing().isEmpty()) {
          run.add(
              "C floor",
              LAST_CERTIFICATE,
              "ms",
              conditions,
              floor.killMillis(fleet.workers(), busy));
        }
        if (pool.missing().isEmpty()) {
          run.add(
              "Pool.terminate+join",
              LAST_CERTIFICATE,
              "ms",
              conditions,
              pool.killMillis(fleet.workers(), busy));
        }
        kill(run, fleet, busy, conditions);
        operatorKill(run, warrener, fleet, busy, conditions);
      }
    }
  }

  private static void prepare(FleetUnderOrders fleet, boolean busy)
      throws IOException, InterruptedException {
    fleet.awaitReady();
    if (busy) {
      fleet.makeBusy(FleetUnderOrders.BURNING);
    }
  }

  /** Kills by an order of this program, without the start of a command. */
  private static void kill(
      SuiteRun run, FleetUnderOrders fleet, boolean busy, Map<String, String> conditions)
      throws IOException, InterruptedException {
    prepare(fleet, busy);
    var killed = fleet.kill(Scope.ALL, InFlight.PURGE, fleet.workers());
    addEnds(run, conditions, killed);
    add(run, "order to first heard", conditions, killed.firstMillis(ReportType.CONTROLLER_HEARD));
    add(run, "slowest death in a certificate", conditions, killed.slowestDeathMillis());
  }

  /** Adds when the last worker was dead, and the last controller done. */
  static void addEnds(
      SuiteRun run, Map<String, String> conditions, FleetUnderOrders.Killed killed) {
    add(run, LAST_CERTIFICATE, conditions, killed.lastMillis(ReportType.WORKER_DEAD));
    add(
        run,
        "order to last controller done",
        conditions,
        killed.lastMillis(ReportType.CONTROLLER_DONE));
  }

  /** Kills by the command, as an operator does. */
  private static void operatorKill(
      SuiteRun run,
      WarrenerSubject warrener,
      FleetUnderOrders fleet,
      boolean busy,
      Map<String, String> conditions)
      throws IOException, InterruptedException {
    prepare(fleet, busy);
    fleet.watch().forgetReports();
    long begin = System.nanoTime();
    try (var command =
        ChildProcess.start(
            "kill",
            run.programs().folder(),
            warrener.environment(run.broker()),
            List.of(
                run.programs().warrener(),
                "kill",
                "--all",
                "--yes",
                "--in-flight",
                "purge",
                "-m",
                "measured"))) {
      var status = command.endWithin(FleetUnderOrders.PATIENCE.toSeconds());
      if (status.equals(OptionalInt.of(0))) {
        add(run, OPERATOR, conditions, (System.nanoTime() - begin) / 1e6);
      } else {
        run.note(
            "With %s the operator's command did not confirm its kill in one turn (%s), which is left out."
                .formatted(
                    conditions, status.isPresent() ? "status " + status.getAsInt() : "no end"));
        run.say(command.text());
      }
    }
    fleet
        .watch()
        .await(null, ReportType.CONTROLLER_DONE, fleet.controllers(), FleetUnderOrders.PATIENCE);
    fleet.resume();
  }

  private static void add(
      SuiteRun run, String metric, Map<String, String> conditions, double millis) {
    run.add("warrener", metric, "ms", conditions, millis);
  }
}
