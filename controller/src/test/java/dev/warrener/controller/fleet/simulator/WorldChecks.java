package dev.warrener.controller.fleet.simulator;

import static dev.warrener.controller.fleet.simulator.Violation.require;

import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Fleet;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.task.Task;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges what the worker processes and the broker really do: PURGED_STAYS_PURGED,
 * ONE_PROCESS_AND_NO_STALE_FRAME, CONSUMES_WHAT_IT_WANTS, NO_TASK_IS_LOST,
 * KILL_DOES_NOT_CHARGE_CRASH_DOES, KILLED_OR_FINISHED, SHOWS_WHAT_RUNS. Keeps the list of what has
 * really ended, succeeded and been purged, by which the other checks go.
 */
final class WorldChecks {
  /**
   * The most often that a broker hands out one message in one life. More means that the message
   * goes in circles.
   */
  private static final int MOST_DELIVERIES = 300;

  private final Simulation simulation;
  private final Set<String> succeeded = new HashSet<>();
  private final Set<String> droppedCopies = new HashSet<>();
  private final Set<String> purged = new HashSet<>();
  private final Map<String, ModelWorker> runners = new HashMap<>();

  /** The number of runs that began while another run of their task still ran. */
  long overlaps;

  /** The number of runs that began after a run of their task had succeeded. */
  long repeats;

  WorldChecks(Simulation simulation) {
    this.simulation = simulation;
  }

  // What the processes really do.

  void begins(ModelWorker worker, Task task) {
    simulation.note(worker.name(), "begins", task.id(), "@", task.attempt());
    simulation.checks.verdict.begins(worker, task);
    simulation.checks.tripwire.begins(worker, task);
    require(
        !purged.contains(task.id()) || !holds(worker.home, task),
        Check.PURGED_STAYS_PURGED,
        task.id(),
        "begins on",
        worker.name(),
        "and was purged");
    for (var other : worker.home.workers.values()) {
      var running = other.running();
      require(
          other == worker || running == null || !running.id().equals(task.id()),
          Check.ONE_PROCESS_AND_NO_STALE_FRAME,
          task.id(),
          "begins on",
          worker.name(),
          "and runs on",
          other.name());
    }
    var other = runners.put(task.id(), worker);
    if (other != null && other != worker && other.running() != null) {
      overlaps++;
    }
    if (succeeded.contains(task.id())) {
      repeats++;
    }
  }

  /**
   * Whether the broker agrees that the delivery of a run is this controller's. Where it has handed
   * the task back already, and the controller can't know yet, another may have purged it.
   */
  private static boolean holds(ModelController controller, Task task) {
    var delivery = controller.book().deliveryOf(task);
    if (delivery == null) {
      return false;
    }
    var session = controller.links.sessionOf(delivery);
    return session != null && session.open && session.holds(delivery);
  }

  void finishes(ModelWorker worker, Task task, boolean fails, boolean asked) {
    simulation.note(worker.name(), "ends", task.id(), "@", task.attempt());
    runners.remove(task.id(), worker);
    if (fails && asked) {
      // It does as it was told, and that is no failure of its own.
      return;
    }
    if (fails) {
      worker.home.book().charges.add(new Book.Charge(task.id(), task.attempt(), false));
    } else {
      succeeded.add(task.id());
    }
  }

  /** A run was cut short by the death of its process. */
  void isCut(ModelWorker worker, Task task, boolean byItself) {
    simulation.note(worker.name(), "dies in", task.id(), "@", task.attempt());
    runners.remove(task.id(), worker);
    simulation.checks.verdict.isCut(task);
    if (byItself) {
      worker.home.book().charges.add(new Book.Charge(task.id(), task.attempt(), true));
    }
  }

  // What happens at the broker.

  void goesRound(Letter letter) {
    require(
        letter.deliveries < MOST_DELIVERIES,
        Check.CONSUMES_WHAT_IT_WANTS,
        letter,
        "was handed out",
        letter.deliveries,
        "times");
  }

  /** An acknowledgement, or a purge, has taken a message away. */
  void leavesTheBroker(ModelController by, Letter letter) {
    var id = letter.task.id();
    simulation.note(by.id, "takes", letter, "out of the broker");
    boolean allowed = BacklogChecks.allows(by.book(), letter, Backlog.PURGE);
    if (simulation.broker.copies(id) > 0) {
      // The copy that took its place may be dropped before it is itself acknowledged.
      if (allowed) {
        droppedCopies.add(id);
      }
      return;
    }
    if (succeeded.contains(id) || simulation.broker.isDead(id) || droppedCopies.contains(id)) {
      return;
    }
    require(
        allowed,
        Check.NO_TASK_IS_LOST,
        letter,
        "was acknowledged by",
        by.id,
        "and has neither ended nor been purged by an order");
    if (simulation.isClaimed(id)) {
      // By somebody who has lost it and can't know yet: he may still run it, or publish a copy.
      droppedCopies.add(id);
    } else {
      purged.add(id);
    }
  }

  /** A copy is published in place of a message. */
  void copied(ModelController by, Letter letter, Effect.Move move) {
    var task = letter.task;
    simulation.note(by.id, "publishes a copy of", letter, "to", move.routingKey());
    boolean charges =
        move.headers().get("x-attempt") instanceof Integer attempt && attempt > task.attempt();
    if (charges) {
      require(
          Integer.valueOf(task.attempt() + 1).equals(move.headers().get("x-attempt"))
              && (isCharged(by, task, false) || isCharged(by, task, true)),
          Check.KILL_DOES_NOT_CHARGE_CRASH_DOES,
          letter,
          "is charged to",
          move.headers().get("x-attempt"),
          "and no run of it ended badly at",
          by.id);
    }
    if (crashes(move.headers().get("x-crashes")) > crashes(task.headers().get("x-crashes"))) {
      require(
          isCharged(by, task, true),
          Check.KILL_DOES_NOT_CHARGE_CRASH_DOES,
          letter,
          "is said to have crashed and no run of it did at",
          by.id);
    }
    if (move.routingKey().endsWith(".dead")) {
      var reason = String.valueOf(move.headers().get("x-dead-reason"));
      switch (reason) {
        case "failed", "timed-out" ->
            require(
                isCharged(by, task, false),
                Check.KILL_DOES_NOT_CHARGE_CRASH_DOES,
                letter,
                "is buried as",
                reason,
                "and no run of it ended so at",
                by.id);
        case "crashed", "poison" ->
            require(
                isCharged(by, task, true),
                Check.KILL_DOES_NOT_CHARGE_CRASH_DOES,
                letter,
                "is buried as",
                reason,
                "and no run of it crashed at",
                by.id);
        case "killed" ->
            require(
                BacklogChecks.allows(by.book(), letter, Backlog.DEAD_LETTER)
                    && by.book().statements.knows(String.valueOf(move.headers().get("x-dead-order")))
                    && !succeededHere(by, task),
                Check.KILLED_OR_FINISHED,
                letter,
                "is buried as killed by order",
                move.headers().get("x-dead-order"),
                "at",
                by.id);
        default -> {}
      }
    }
  }

  private boolean succeededHere(ModelController by, Task task) {
    return by.book().ended.getOrDefault(task.id(), 0) == task.attempt()
        && succeeded.contains(task.id())
        && by.book().deliveryOf(task) != null;
  }

  private static boolean isCharged(ModelController by, Task task, boolean crash) {
    return by.book().charges.contains(new Book.Charge(task.id(), task.attempt(), crash));
  }

  private static int crashes(@Nullable Object header) {
    return header instanceof Number number ? number.intValue() : 0;
  }

  /** What must be so when it has also been acted upon. */
  void performed(ModelController controller, Fleet.Decision decision) {
    var book = controller.book();
    var living = controller.livingWorkers();
    require(
        book.shown || living.isEmpty(),
        Check.SHOWS_WHAT_RUNS,
        controller.id,
        "shows that nothing runs, and",
        living,
        "live");
    require(
        !decision.state().isEnded() || living.isEmpty(),
        Check.TERMINAL_STATES_ARE_TERMINAL,
        controller.id,
        "has ended, and",
        living,
        "live");
  }

  /** Whether a run of a task has really succeeded. */
  boolean hasSucceeded(String task) {
    return succeeded.contains(task);
  }

  /** Whether a task has ended: by success, as a dead letter, or by an order that purged it. */
  boolean hasEnded(String task) {
    return succeeded.contains(task)
        || simulation.broker.isDead(task)
        || purged.contains(task)
        || droppedCopies.contains(task);
  }
}
