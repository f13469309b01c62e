package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
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
public record Holds(PVector<Statement> statements) {
  private static final Duration IDLE_KEPT = Duration.ofHours(1);
  private static final int MOST_IDLE = 100;
  public static final Holds NONE = new Holds(TreePVector.empty());

  /**
   * One operator's word.
   *
   * @param hold true to hold, false to resume
   * @param keptHereAlone whether the broker's log of orders does not have it
   */
  public record Statement(
      String order,
      Scope scope,
      boolean hold,
      Instant issuedAt,
      String reason,
      String issuedBy,
      boolean keptHereAlone) {
    /** Whether an older statement has no say in anything any more. */
    private boolean makesVoid(Statement older) {
      return scope.includes(older.scope)
          && scope.tasks().stream().allMatch(target -> target.attempt() == null);
    }

    public static Statement of(HeardOrder heard) {
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

    public static Statement of(RetainedRestrictions.Hold kept) {
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

  /** Adds a statement and drops those that have nothing to say any more. */
  public Holds plus(Statement added) {
    var sorted = new ArrayList<Statement>(statements);
    sorted.removeIf(old -> old.order.equals(added.order));
    sorted.add(added);
    sorted.sort(NEWEST_FIRST);
    var kept = new ArrayList<Statement>();
    for (var statement : sorted) {
      if (kept.stream().noneMatch(newer -> newer.makesVoid(statement))) {
        kept.add(statement);
      }
    }
    dropIdleResumes(kept);
    return new Holds(TreePVector.from(kept));
  }

  /**
   * A resume with no older hold beneath it says nothing yet. It is kept for a while all the same,
   * for the hold that it lifts may arrive after it.
   */
  private static void dropIdleResumes(List<Statement> newestFirst) {
    int idle = 0;
    var newest = newestFirst.getFirst().issuedAt;
    for (int i = newestFirst.size() - 1; i >= 0 && !newestFirst.get(i).hold; i--) {
      idle++;
    }
    for (; idle > 0; idle--) {
      var oldest = newestFirst.getLast().issuedAt;
      if (idle <= MOST_IDLE && !oldest.isBefore(newest.minus(IDLE_KEPT))) {
        return;
      }
      newestFirst.removeLast();
    }
  }

  /** Whether all of a queue is held at a controller. */
  public boolean queueHeld(String controller, String queue) {
    return newest(scope ->
        scope.coversController(controller)
            && scope.coversQueue(queue)
            && !scope.namesTasks()
            && scope.workers().isEmpty());
  }

  /** Whether a worker is held, by itself or with its queue or controller. */
  public boolean workerHeld(String controller, String queue, String worker) {
    return newest(scope ->
        scope.coversController(controller)
            && scope.coversQueue(queue)
            && scope.coversWorker(worker)
            && !scope.namesTasks());
  }

  /** Whether a task may not start on any worker of a controller. */
  public boolean taskHeld(String controller, Task task) {
    return newest(scope ->
        scope.coversController(controller)
            && scope.coversQueue(task.queue())
            && scope.coversRun(task.id(), task.attempt(), task.batch())
            && scope.workers().isEmpty());
  }

  /** Whether a task may not start on that worker. */
  public boolean taskHeldOn(String controller, String worker, Task task) {
    return newest(scope ->
        scope.coversController(controller)
            && scope.coversQueue(task.queue())
            && scope.coversRun(task.id(), task.attempt(), task.batch())
            && scope.coversWorker(worker));
  }

  /** The holds in force that concern a controller, newest first. */
  public List<Statement> inForce(String controller) {
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
