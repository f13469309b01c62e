package dev.warrener.controller.fleet.simulator;

import static dev.warrener.controller.fleet.simulator.Violation.require;

import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.task.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Judges what is revoked, by the sentences of the contract on revocation and resume, for one task
 * and one sequence of orders. It shares no code with the controller, nor with {@link Statements},
 * and says so where the contract leaves something open.
 */
final class RevocationChecks {
  /** What became of a revocation of a task. */
  private enum Lifted {
    NO,
    YES,
    /** The contract does not say. */
    OPEN
  }

  private RevocationChecks() {}

  /** A task is handed to a worker. */
  static void starts(Book book, Task task) {
    var order = revokes(book.counted, book.settings.controller(), task);
    require(
        order == null,
        Check.REVOKED_TASK_NEVER_STARTS,
        task.id(),
        "is handed out at",
        book.settings.controller(),
        "and is revoked by",
        order);
  }

  /** Whether an order may be what keeps a task from starting. */
  static boolean mayBeRevoked(Book book, Task task, Order order) {
    var here = book.settings.controller();
    if (fate(order) == Backlog.KEEP || !concerns(order.scope(), here, task)) {
      return false;
    }
    return book.counted.stream()
        .noneMatch(later -> isLater(later, order) && lifts(later, order, here, task) == Lifted.YES);
  }

  /** The order that revokes a task for certain, or null. */
  static @Nullable Order revokes(List<Order> orders, String controller, Task task) {
    var sequence = new ArrayList<Order>(orders);
    sequence.sort(Comparator.comparing(Order::issuedAt).thenComparing(Order::id));
    var inForce = new ArrayList<Order>();
    for (var order : sequence) {
      inForce.removeIf(revocation -> lifts(order, revocation, controller, task) != Lifted.NO);
      if (fate(order) != Backlog.KEEP
          && order.scope().workers().isEmpty()
          && concerns(order.scope(), controller, task)) {
        inForce.add(order);
      }
    }
    return inForce.isEmpty() ? null : inForce.getFirst();
  }

  private static boolean isLater(Order one, Order other) {
    int age = one.issuedAt().compareTo(other.issuedAt());
    return age == 0 ? one.id().compareTo(other.id()) > 0 : age > 0;
  }

  /** "A batch or task in scope with an inFlight of purge or dead-letter is revoked." */
  static Backlog fate(Order order) {
    boolean names = !order.scope().batches().isEmpty() || !order.scope().tasks().isEmpty();
    if (order.kind() != OrderKind.KILL || order.dryRun() || !names) {
      return Backlog.KEEP;
    }
    return order.backlog() == Backlog.KEEP ? of(order.inFlightOfKill()) : order.backlog();
  }

  static Backlog of(InFlight fate) {
    return switch (fate) {
      case REQUEUE -> Backlog.KEEP;
      case PURGE -> Backlog.PURGE;
      case DEAD_LETTER -> Backlog.DEAD_LETTER;
    };
  }

  /** Whether a waiting task is in a scope that names tasks: "several keys narrow each other". */
  static boolean concerns(Scope scope, String controller, Task task) {
    if (scope.batches().isEmpty() && scope.tasks().isEmpty()) {
      return false;
    }
    boolean isHere =
        (scope.controllers().isEmpty() || scope.controllers().contains(controller))
            && (scope.workers().isEmpty()
                || scope.workers().stream()
                    .anyMatch(worker -> worker.id().startsWith(controller + "/")));
    boolean isInQueue = scope.queues().isEmpty() || scope.queues().contains(task.queue());
    boolean isInBatch = scope.batches().isEmpty() || scope.batches().contains(batch(task));
    boolean isNamed = scope.tasks().isEmpty();
    for (var target : scope.tasks()) {
      // "A revocation with an attempt covers that attempt only."
      isNamed |=
          target.id().equals(task.id())
              && (target.attempt() == null || target.attempt() == task.attempt());
    }
    return isHere && isInQueue && isInBatch && isNamed;
  }

  private static String batch(Task task) {
    return task.batch() == null ? "" : task.batch();
  }

  /**
   * "A resume that names the same batch or task lifts it, as far as the resume reaches; one that
   * names workers, or only all, lifts no revocation."
   */
  private static Lifted lifts(Order resume, Order revocation, String controller, Task task) {
    var scope = resume.scope();
    if (resume.kind() != OrderKind.RESUME
        || resume.dryRun()
        || !isLater(resume, revocation)
        || !scope.workers().isEmpty()
        || (scope.batches().isEmpty() && scope.tasks().isEmpty())) {
      return Lifted.NO;
    }
    boolean reaches =
        (scope.controllers().isEmpty() || scope.controllers().contains(controller))
            && (scope.queues().isEmpty() || scope.queues().contains(task.queue()))
            && (scope.batches().isEmpty() || scope.batches().contains(batch(task)))
            && (scope.tasks().isEmpty()
                || scope.tasks().stream().anyMatch(target -> target.id().equals(task.id())));
    if (!reaches) {
      return Lifted.NO;
    }
    // What the resume names, of this task, and what the revocation names.
    boolean sameTask = !scope.tasks().isEmpty() && !revocation.scope().tasks().isEmpty();
    boolean sameBatch = !scope.batches().isEmpty() && !revocation.scope().batches().isEmpty();
    if (!sameTask && !sameBatch) {
      return Lifted.NO;
    }
    return scope.tasks().stream().allMatch(target -> target.attempt() == null)
        ? Lifted.YES
        : Lifted.OPEN;
  }
}
