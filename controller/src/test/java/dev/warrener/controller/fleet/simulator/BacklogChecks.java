package dev.warrener.controller.fleet.simulator;

import static dev.warrener.controller.fleet.simulator.Violation.require;

import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.task.Task;
import org.jspecify.annotations.Nullable;

/**
 * Judges which tasks an order drops, and which it must leave alone: BACKLOG_IS_DROPPED_ONCE,
 * LATER_TASKS_SURVIVE, and with {@link RevocationChecks} RESUMED_TASK_IS_FREE.
 */
final class BacklogChecks {
  private final Simulation simulation;
  private final WorldChecks world;

  BacklogChecks(Simulation simulation, WorldChecks world) {
    this.simulation = simulation;
    this.world = world;
  }

  /** The backlog of a queue is to be dropped: once for each order that wants it, and was live. */
  static void drops(Book book, String queue, Backlog how) {
    int wanted = 0;
    for (var entry : book.orders.values()) {
      wanted += entry.live && entry.broadcast && wants(book, entry.order, queue, how) ? 1 : 0;
    }
    int dropped = book.drops.merge(queue + " " + how, 1, Integer::sum);
    require(
        dropped <= wanted,
        Check.BACKLOG_IS_DROPPED_ONCE,
        book.settings.controller(),
        "drops the backlog of",
        queue,
        "for the time",
        dropped,
        ", and so many orders want it:",
        wanted);
  }

  /** Whether an order drops what waits in a queue, in a way, at a controller. */
  private static boolean wants(Book book, Order order, String queue, Backlog how) {
    var scope = order.scope();
    var fate =
        switch (order.kind()) {
          case PURGE -> Backlog.PURGE;
          case KILL -> order.backlog();
          default -> Backlog.KEEP;
        };
    return fate == how
        && !order.dryRun()
        && (scope.queues().isEmpty() || scope.queues().contains(queue))
        && (scope.controllers().isEmpty()
            || scope.controllers().contains(book.settings.controller()))
        && !namesTasks(scope)
        && scope.workers().isEmpty();
  }

  private static boolean namesTasks(Scope scope) {
    return !scope.batches().isEmpty() || !scope.tasks().isEmpty();
  }

  /** A message is dropped, or moved, with all that waits in its queue. */
  static void sweeps(Book book, Letter letter, Order order) {
    var entry = book.orders.get(order.id());
    require(
        entry != null && isOlder(letter, entry),
        Check.LATER_TASKS_SURVIVE,
        letter,
        "came at",
        letter.made,
        "and is dropped by",
        book.settings.controller(),
        "for order",
        order.id(),
        ", which was done at",
        entry == null ? null : entry.doneAt);
  }

  private static boolean isOlder(Letter letter, Book.OrderEntry entry) {
    return entry.doneAt == null || !letter.made.isAfter(entry.doneAt);
  }

  /** Whether some order allows that a message be dropped without a trace, or buried as killed. */
  static boolean allows(Book book, Letter letter, Backlog fate) {
    var task = letter.task;
    for (var order : book.counted) {
      var entry = book.orders.get(order.id());
      boolean sweeps =
          entry != null
              && entry.live
              && entry.broadcast
              && wants(book, order, task.queue(), fate)
              && isOlder(letter, entry);
      if (sweeps || dooms(book, order, task, fate) || hasRevoked(book, order, task, fate)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a run was in flight when an order came that decides its fate. */
  private static boolean dooms(Book book, Order order, Task task, Backlog fate) {
    return order.kind() == OrderKind.KILL
        && RevocationChecks.of(order.inFlightOfKill()) == fate
        && book.home.runner.isDoomed(task.id(), order.id());
  }

  private static boolean hasRevoked(Book book, Order order, Task task, Backlog fate) {
    return RevocationChecks.fate(order) == fate
        && RevocationChecks.concerns(order.scope(), book.settings.controller(), task);
  }

  // When it is decided.

  /** A controller acknowledges: what waits there is dropped only for what is in force now. */
  void drops(Book book, Task task) {
    boolean isThereOnce = simulation.broker.copies(task.id()) == 1;
    boolean hasRun = false;
    for (var worker : book.workers.values()) {
      hasRun |= worker.has(task.id());
    }
    if (isThereOnce
        && !hasRun
        && !book.ended.containsKey(task.id())
        && !book.inDoubt.contains(task.id())
        && !world.hasEnded(task.id())) {
      isDropped(book, task, Backlog.PURGE, null);
    }
  }

  /** A controller buries a task as killed. */
  void buries(Book book, Task task, String order) {
    isDropped(book, task, Backlog.DEAD_LETTER, order);
  }

  private static void isDropped(Book book, Task task, Backlog fate, @Nullable String by) {
    for (var order : book.counted) {
      if (by != null && !by.equals(order.id())) {
        continue;
      }
      var entry = book.orders.get(order.id());
      boolean sweeps =
          entry != null
              && entry.doneAt == null
              && entry.live
              && entry.broadcast
              && wants(book, order, task.queue(), fate);
      if (sweeps
          || dooms(book, order, task, fate)
          || (RevocationChecks.fate(order) == fate
              && RevocationChecks.mayBeRevoked(book, task, order))) {
        return;
      }
    }
    throw new Violation(
        Check.RESUMED_TASK_IS_FREE,
        Simulation.sentence(
            task.id(),
            "waits at",
            book.settings.controller(),
            "and is dropped for order",
            by,
            "; no order in force says so"));
  }
}
