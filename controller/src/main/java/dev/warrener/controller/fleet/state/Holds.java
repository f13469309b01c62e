package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * The hold and resume statements of operators that are in force. Immutable.
 *
 * <p>Of all statements that cover a thing the newest decides, by the time of issue and then by id.
 * So every controller comes to the same result, in whichever order the statements arrive.
 *
 * @param statements the statements, newest first
 */
public record Holds(PVector<Statement> statements) {
  /** The time that a resume is kept that lifts nothing yet: a hold can arrive that much later. */
  private static final Duration IDLE_KEPT = Duration.ofHours(1);

  /** The most such resumes that are kept. */
  private static final int MOST_IDLE = 100;

  /** No statements. */
  public static final Holds NONE = new Holds(TreePVector.empty());

  /**
   * One hold or resume.
   *
   * @param order the id of the order
   * @param scope the scope of the order
   * @param hold true to hold, false to resume
   * @param issuedAt when the order was given
   * @param reason the reason given with the order
   * @param issuedBy the operator who gave the order
   * @param keptHereAlone whether the broker's log of orders does not have the statement
   */
  public record Statement(
      String order,
      Scope scope,
      boolean hold,
      Instant issuedAt,
      String reason,
      String issuedBy,
      boolean keptHereAlone) {
    /** Whether this statement decides whatever an older one would decide. */
    private boolean makesVoid(Statement older) {
      return scope.includes(older.scope)
          && scope.tasks().stream().allMatch(target -> target.attempt() == null);
    }

    /** Returns the statement that an order makes. */
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

    /** Returns a statement that was kept over a restart. */
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

  /** Returns a copy with one more statement, and without those that decide nothing any more. */
  public Holds plus(Statement added) {
    if (statements.stream().anyMatch(old -> old.order.equals(added.order))) {
      // Of two statements of one order the first one counts.
      return this;
    }
    var sorted = new ArrayList<Statement>(statements);
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
   * Drops old resumes that lift nothing. A resume without an older hold is kept for a while,
   * because the hold that it lifts may arrive after it.
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

  /**
   * Returns the newer statements that override {@code statement} at a controller, in all or part of
   * its scope, newest first. Where one overrides it, {@code statement} has no effect.
   *
   * @param queues the queues that the controller serves
   */
  public List<Statement> outranking(
      Statement statement, String controller, Collection<String> queues) {
    if (!statement.scope.coversController(controller)) {
      return List.of();
    }
    var agreeing = new ArrayList<Statement>();
    var found = new ArrayList<Statement>();
    for (var newer : statements) {
      if (NEWEST_FIRST.compare(newer, statement) >= 0) {
        break;
      }
      if (!newer.scope.coversController(controller)) {
        continue;
      }
      if (newer.hold == statement.hold) {
        agreeing.add(newer);
      } else if (meet(newer.scope, statement.scope, queues)
          && agreeing.stream().noneMatch(last -> coversHere(last.scope, newer.scope))) {
        found.add(newer);
      }
    }
    return List.copyOf(found);
  }

  private static boolean meet(Scope one, Scope other, Collection<String> queues) {
    return one.withoutControllers().overlaps(other.withoutControllers())
        && queues.stream().anyMatch(queue -> one.coversQueue(queue) && other.coversQueue(queue));
  }

  private static boolean coversHere(Scope one, Scope other) {
    return one.withoutControllers().includes(other.withoutControllers());
  }

  /** Whether all of a queue is held at a controller. */
  public boolean queueHeld(String controller, String queue) {
    return newest(scope ->
        scope.coversController(controller)
            && scope.coversQueue(queue)
            && !scope.namesTasks()
            && scope.workers().isEmpty());
  }

  /** Whether a worker is held, alone or with its queue or controller. */
  public boolean workerHeld(String controller, String queue, String worker) {
    return newest(scope ->
        scope.coversController(controller)
            && scope.coversQueue(queue)
            && scope.coversWorker(worker)
            && !scope.namesTasks());
  }

  /** Whether a task is held on all workers of a controller. */
  public boolean taskHeld(String controller, Task task) {
    return newest(scope ->
        scope.coversController(controller)
            && scope.coversQueue(task.queue())
            && scope.coversRun(task.id(), task.attempt(), task.batch())
            && scope.workers().isEmpty());
  }

  /** Whether a task is held on one worker. */
  public boolean taskHeldOn(String controller, String worker, Task task) {
    return newest(scope ->
        scope.coversController(controller)
            && scope.coversQueue(task.queue())
            && scope.coversRun(task.id(), task.attempt(), task.batch())
            && scope.coversWorker(worker));
  }

  /** Returns the holds in force that concern a controller, newest first. */
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
