package dev.warrener.controller.fleet.simulator;

import static dev.warrener.controller.fleet.simulator.Violation.require;

import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.task.Task;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Judges what a pulled tripwire does, to whoever connects later, too: TRIPWIRE_STAYS_PULLED. Only a
 * resume of everything that is broadcast makes it again, and until a resume that was given later
 * nothing starts where it was found pulled.
 */
final class TripwireChecks {
  private final Simulation simulation;

  TripwireChecks(Simulation simulation) {
    this.simulation = simulation;
  }

  /** The tripwire is made again. */
  static void rearms(Book book, Event event) {
    var order = book.justBroadcast;
    require(
        order != null && isResumeOfAll(order) && !isAnythingHeld(book),
        Check.TRIPWIRE_STAYS_PULLED,
        book.settings.controller(),
        "makes the tripwire again because of",
        event);
  }

  private static boolean isResumeOfAll(Order order) {
    return order.kind() == OrderKind.RESUME && order.scope().all() && !order.dryRun();
  }

  private static boolean isAnythingHeld(Book book) {
    return book.settings.queues().stream()
        .map(Settings.QueueSettings::name)
        .anyMatch(book.statements::held);
  }

  /** A controller has decided: a resume of everything that nothing outranks lifts the tripwire. */
  void decided(Book book, Event event, List<Effect> effects) {
    var order = book.justBroadcast;
    if (order == null || !isResumeOfAll(order)) {
      return;
    }
    boolean isNewest =
        book.counted.stream()
            .noneMatch(other -> other != order && !other.issuedAt().isBefore(order.issuedAt()));
    require(
        !isNewest || effects.stream().anyMatch(Effect.Rearm.class::isInstance),
        Check.TRIPWIRE_STAYS_PULLED,
        book.settings.controller(),
        "does not make the tripwire again, at",
        simulation.now(),
        ":",
        event);
  }

  /** A process begins a run. */
  void begins(ModelWorker worker, Task task) {
    var tripped = worker.home.book().trippedAt;
    require(
        tripped == null || worker.isSignalled() || isResumed(worker, task, tripped),
        Check.TRIPWIRE_STAYS_PULLED,
        task.id(),
        "begins on",
        worker.name(),
        ", which found the tripwire pulled at",
        tripped,
        ", and no resume was given since");
  }

  private boolean isResumed(ModelWorker worker, Task task, Instant since) {
    for (var order : simulation.operator.resumes) {
      if (!order.issuedAt().isBefore(since) && covers(order, worker, task)) {
        return true;
      }
    }
    return false;
  }

  private static boolean covers(Order order, ModelWorker worker, Task task) {
    var scope = order.scope();
    var batch = task.batch();
    String slot = worker.home.id + "/" + worker.key.slot();
    return (scope.controllers().isEmpty() || scope.controllers().contains(worker.home.id))
        && (scope.queues().isEmpty() || scope.queues().contains(worker.queue))
        && (scope.workers().isEmpty()
            || scope.workers().stream().anyMatch(one -> one.id().equals(slot)))
        && names(scope.batches(), batch)
        && names(scope.tasks().stream().map(target -> target.id()).toList(), task.id());
  }

  private static boolean names(List<String> all, @Nullable String one) {
    return all.isEmpty() || (one != null && all.contains(one));
  }
}
