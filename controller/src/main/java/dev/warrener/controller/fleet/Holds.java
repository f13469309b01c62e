package dev.warrener.controller.fleet;

import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.task.Task;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * The hold and resume statements of operators that are in force. Of all statements that cover a
 * thing the newest decides, by when they were issued and then by id, so that every controller comes
 * to the same end in whichever order it heard them. Immutable.
 */
record Holds(PVector<Statement> statements) {
  static final Holds NONE = new Holds(TreePVector.empty());

  /**
   * One operator's word.
   *
   * @param hold true to hold, false to resume
   * @param keptHereAlone whether the broker's log of orders does not have it
   */
  record Statement(
      String order,
      Scope scope,
      boolean hold,
      Instant issuedAt,
      String reason,
      String issuedBy,
      boolean keptHereAlone) {
    static Statement of(HeardOrder heard) {
      var order = heard.order();
      return new Statement(
          order.id(),
          order.scope(),
          order.setsHold(),
          order.issuedAt(),
          order.reason(),
          order.issuedBy(),
          heard.isKeptHereAlone());
    }

    static Statement of(Keepsake.Hold kept) {
      return new Statement(
          kept.order(),
          kept.scope(),
          kept.hold(),
          kept.issuedAt(),
          kept.reason(),
          kept.issuedBy(),
          kept.keptHereAlone());
    }
  }

  private static final Comparator<Statement> NEWEST_FIRST =
      Comparator.comparing(Statement::issuedAt).thenComparing(Statement::order).reversed();

  /** Adds a statement and drops the older ones that it makes void. */
  Holds plus(Statement added) {
    var kept =
        statements.stream()
            .filter(old -> !old.order.equals(added.order))
            .filter(old -> NEWEST_FIRST.compare(old, added) < 0 || !added.scope.includes(old.scope))
            .toList();
    // A resume that is older than every hold, or that nothing precedes, says nothing.
    boolean saysNothing =
        !added.hold && kept.stream().noneMatch(old -> NEWEST_FIRST.compare(old, added) > 0);
    var sorted = new ArrayList<>(kept);
    if (!saysNothing) {
      sorted.add(added);
    }
    sorted.sort(NEWEST_FIRST);
    return new Holds(TreePVector.from(sorted));
  }

  /** Whether all of a queue is held at a controller. */
  boolean queueHeld(String controller, String queue) {
    return newest(scope ->
        scope.coversController(controller)
            && scope.coversQueue(queue)
            && !scope.namesTasks()
            && scope.workers().isEmpty());
  }

  /** Whether a worker is held, by itself or with its queue or controller. */
  boolean workerHeld(String controller, String queue, String worker) {
    return newest(scope ->
        scope.coversController(controller)
            && scope.coversQueue(queue)
            && scope.coversWorker(worker)
            && !scope.namesTasks());
  }

  /** Whether a task may not start on any worker of a controller. */
  boolean taskHeld(String controller, Task task) {
    return newest(scope ->
        scope.coversController(controller)
            && scope.coversQueue(task.queue())
            && scope.coversTask(task.id(), task.batch())
            && scope.workers().isEmpty());
  }

  /** Whether a task may not start on that worker. */
  boolean taskHeldOn(String controller, String worker, Task task) {
    return newest(scope ->
        scope.coversController(controller)
            && scope.coversQueue(task.queue())
            && scope.coversTask(task.id(), task.batch())
            && scope.coversWorker(worker));
  }

  /** The holds in force that concern a controller, newest first. */
  List<Statement> inForce(String controller) {
    return statements.stream()
        .filter(statement -> statement.hold && statement.scope.coversController(controller))
        .toList();
  }

  private boolean newest(Predicate<Scope> covers) {
    for (var statement : statements) {
      if (covers.test(statement.scope)) {
        return statement.hold;
      }
    }
    return false;
  }
}
