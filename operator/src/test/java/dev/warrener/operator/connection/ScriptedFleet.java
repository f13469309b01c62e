package dev.warrener.operator.connection;

import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Presence.QueuePresence;
import dev.warrener.messaging.report.Presence.WorkerPresence;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.Report.RosterEntry;
import dev.warrener.messaging.report.WorkerState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A made-up fleet whose controllers answer any order as they should: each has two workers on queue
 * {@code mail}, of which the first runs a task of batch {@code june}.
 */
public record ScriptedFleet(List<String> controllers, List<RosterEntry> others) {
  public static final Instant T0 = Instant.parse("2026-11-23T03:12:07Z");

  public static ScriptedFleet of(String... controllers) {
    return new ScriptedFleet(List.of(controllers), List.of());
  }

  public ScriptedFleet with(RosterEntry other) {
    var more = new ArrayList<>(others);
    more.add(other);
    return new ScriptedFleet(controllers, more);
  }

  public List<Report> answer(Order order) {
    var reports = new ArrayList<Report>();
    for (var id : controllers) {
      reports.addAll(
          order.dryRun() || order.inFlight() == null ? asked(order, id) : killed(order, id));
    }
    return reports;
  }

  private List<Report> asked(Order order, String id) {
    return List.of(heard(order, id, true), done(order, id, 2, 0, 0));
  }

  private List<Report> killed(Order order, String id) {
    boolean covers =
        order.scope().coversController(id)
            && order.scope().coversQueue("mail")
            && order.scope().coversTask(task(id), "june");
    if (!covers) {
      return List.of(heard(order, id, false), done(order, id, 2, 0, 0));
    }
    return List.of(
        heard(order, id, true),
        new Report.WorkerDead(
            1,
            order.id(),
            id,
            "host-" + id,
            T0,
            2,
            id + "/1",
            1,
            4001,
            99,
            "cgroup",
            9,
            null,
            3,
            true,
            true,
            task(id),
            8_200),
        new Report.WorkerDead(
            1,
            order.id(),
            id,
            "host-" + id,
            T0,
            3,
            id + "/2",
            1,
            4002,
            99,
            "cgroup",
            9,
            null,
            1,
            true,
            true,
            null,
            9_300),
        new Report.TaskSettled(
            1, order.id(), id, "host-" + id, T0, 4, task(id), 1, "june", "mail", fate(order)),
        done(order, id, 5, 2, 1));
  }

  private static Fate fate(Order order) {
    return switch (order.inFlightOfKill()) {
      case REQUEUE -> Fate.REQUEUED;
      case PURGE -> Fate.PURGED;
      case DEAD_LETTER -> Fate.DEAD_LETTERED;
    };
  }

  public static String task(String controller) {
    return "task-of-" + controller;
  }

  Report heard(Order order, String id, boolean isInScope) {
    var roster = new ArrayList<>(others);
    return new Report.ControllerHeard(
        1,
        order.id(),
        id,
        "host-" + id,
        T0,
        1,
        isInScope
            ? new Report.Expected(2, 1, 1, 0, 842_000L)
            : new Report.Expected(0, 0, 0, 0, null),
        roster,
        presence(id),
        null);
  }

  static Presence presence(String id) {
    return Presence.builder(id, "host-" + id)
        .pid(4000)
        .software("0.1.0")
        .at(T0)
        .state(ControllerState.RUNNING)
        .workers(
            List.of(
                worker(1, 4001L)
                    .state(WorkerState.BUSY)
                    .task(task(id))
                    .attempt(1)
                    .batch("june")
                    .handler("sleep")
                    .build(),
                worker(2, 4002L).state(WorkerState.IDLE).build()))
        .queues(List.of(new QueuePresence("mail", 2, 0, 1, false)))
        .leaseMillis(15_000)
        .containment("cgroup")
        .build();
  }

  private static WorkerPresence.Builder worker(int slot, long pid) {
    return WorkerPresence.builder(slot, "mail").incarnation(1).pid(pid).since(T0);
  }

  static Report done(Order order, String id, long sequence, int workers, int tasks) {
    return new Report.ControllerDone(
        1,
        order.id(),
        id,
        "host-" + id,
        T0,
        sequence,
        workers,
        tasks,
        0,
        ControllerState.HELD,
        41_000,
        List.of());
  }
}
