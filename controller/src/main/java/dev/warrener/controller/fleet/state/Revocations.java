package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;

/**
 * The tasks and batches that must not start any more, by the orders that revoked them. Immutable.
 *
 * <p>Of a revocation and a resume of the same thing the newer one decides, by the time of issue and
 * then by id, in whichever order the two arrive. Both are forgotten after a week.
 *
 * @param byTask the revocations of single tasks, by task
 * @param byBatch the revocations of single batches, by batch
 * @param others all other revocations, by order and scope
 * @param resumedTasks the newest resume of each single task, by task
 * @param resumedBatches the newest resume of each batch, by batch
 */
public record Revocations(
    HashPMap<String, Revocation> byTask,
    HashPMap<String, Revocation> byBatch,
    HashPMap<String, Revocation> others,
    HashPMap<String, Resumption> resumedTasks,
    HashPMap<String, Resumption> resumedBatches) {
  /** How long revocations and resumes are kept. */
  private static final Duration KEPT = Duration.ofDays(7);

  /** No revocations. */
  public static final Revocations NONE =
      new Revocations(
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          HashTreePMap.empty());

  /** A revocation or a resume, of which the newer one decides. */
  public sealed interface OperatorStatement {
    /** The id of the order. */
    String order();

    /** When the order was given. */
    Instant issuedAt();

    /** The operator who gave the order. */
    String issuedBy();

    /** Whether this statement is newer than another, or there is no other. */
    default boolean isNewerThan(@Nullable OperatorStatement other) {
      return other == null
          || issuedAt().isAfter(other.issuedAt())
          || (issuedAt().equals(other.issuedAt()) && order().compareTo(other.order()) > 0);
    }
  }

  /** A resume of a single task or batch. */
  public record Resumption(String order, Instant issuedAt, String issuedBy)
      implements OperatorStatement {}

  /**
   * An order that revokes tasks.
   *
   * @param order the id of the order
   * @param scope the tasks
   * @param fate the fate of a revoked task when it is delivered
   * @param issuedAt when the order was given
   * @param reason the reason given with the order
   * @param issuedBy the operator who gave the order
   * @param keptHereAlone whether the broker's log of orders does not have the revocation
   */
  public record Revocation(
      String order,
      Scope scope,
      Backlog fate,
      Instant issuedAt,
      String reason,
      String issuedBy,
      boolean keptHereAlone)
      implements OperatorStatement {
    private boolean covers(String controller, Task task, @Nullable Instant requeuedAt) {
      return scope.coversController(controller)
          && scope.coversQueue(task.queue())
          && scope.coversRun(task.id(), task.attempt(), task.batch())
          && (requeuedAt == null || requeuedAt.isBefore(issuedAt));
    }

    /** Whether the scope only names tasks or batches, wherever and whenever they run. */
    private boolean isPlain() {
      return scope.controllers().isEmpty()
          && scope.queues().isEmpty()
          && scope.workers().isEmpty()
          && scope.tasks().stream().allMatch(target -> target.attempt() == null);
    }
  }

  /** Returns a copy with the revocation that an order makes. */
  public Revocations plus(HeardOrder heard) {
    var order = heard.order();
    return plus(
        new Revocation(
            order.id(),
            order.scope(),
            order.revocation(),
            order.issuedAt(),
            order.reason(),
            order.issuedBy(),
            heard.isKeptHereAlone()));
  }

  /** Returns a copy that revokes a task whose fate could not be carried out. Only we know of it. */
  public Revocations plusLost(TaskKey task, Backlog fate, Order order) {
    return plus(
        new Revocation(
            order.id(),
            Scope.ofTask(task.task(), task.queue()),
            fate,
            order.issuedAt(),
            order.reason(),
            order.issuedBy(),
            true));
  }

  /** Returns a copy with a revocation that was kept over a restart. */
  public Revocations plus(RetainedRestrictions.Revoked kept) {
    return plus(
        new Revocation(
            kept.order(),
            kept.scope(),
            kept.fate(),
            kept.issuedAt(),
            kept.reason(),
            kept.issuedBy(),
            true));
  }

  /** Returns the revocations that this controller itself must keep over a restart. */
  public Stream<Revocation> keptHereAlone() {
    return Stream.of(byTask, byBatch, others)
        .flatMap(map -> map.values().stream())
        .filter(Revocation::keptHereAlone);
  }

  private Revocations plus(Revocation revocation) {
    var scope = revocation.scope();
    if (revocation.isPlain() && scope.batches().isEmpty()) {
      var tasks = withoutOld(byTask, revocation.issuedAt());
      for (var task : scope.tasks()) {
        tasks = plus(tasks, task.id(), revocation, resumedTasks);
      }
      return new Revocations(tasks, byBatch, others, resumedTasks, resumedBatches);
    }
    if (revocation.isPlain() && scope.tasks().isEmpty()) {
      var batches = withoutOld(byBatch, revocation.issuedAt());
      for (var batch : scope.batches()) {
        batches = plus(batches, batch, revocation, resumedBatches);
      }
      return new Revocations(byTask, batches, others, resumedTasks, resumedBatches);
    }
    return new Revocations(
        byTask,
        byBatch,
        withoutOld(others, revocation.issuedAt())
            .plus(revocation.order() + " " + scope.describe(), revocation),
        resumedTasks,
        resumedBatches);
  }

  private static HashPMap<String, Revocation> plus(
      HashPMap<String, Revocation> all,
      String name,
      Revocation added,
      HashPMap<String, Resumption> resumed) {
    return added.isNewerThan(all.get(name)) && added.isNewerThan(resumed.get(name))
        ? all.plus(name, added)
        : all;
  }

  /** Returns a copy without the single tasks and batches that a resume names. */
  public Revocations minus(Order resume) {
    var resumption = new Resumption(resume.id(), resume.issuedAt(), resume.issuedBy());
    var tasks = byTask;
    var tasksResumed = withoutOld(resumedTasks, resume.issuedAt());
    for (var task : resume.scope().tasks()) {
      tasks = resumption.isNewerThan(tasks.get(task.id())) ? tasks.minus(task.id()) : tasks;
      tasksResumed = plus(tasksResumed, task.id(), resumption);
    }
    var batches = byBatch;
    var batchesResumed = withoutOld(resumedBatches, resume.issuedAt());
    if (resume.scope().tasks().isEmpty()) {
      for (var batch : resume.scope().batches()) {
        batches = resumption.isNewerThan(batches.get(batch)) ? batches.minus(batch) : batches;
        batchesResumed = plus(batchesResumed, batch, resumption);
      }
    }
    return new Revocations(tasks, batches, others, tasksResumed, batchesResumed);
  }

  private static HashPMap<String, Resumption> plus(
      HashPMap<String, Resumption> all, String name, Resumption added) {
    return added.isNewerThan(all.get(name)) ? all.plus(name, added) : all;
  }

  /**
   * Returns the newer statements that override a kill's revocation, or a resume, of a task or
   * batch, by that task or batch.
   */
  public SortedMap<String, OperatorStatement> outranking(Order order) {
    boolean revokes = order.revocation() != Backlog.KEEP;
    var found = new TreeMap<String, OperatorStatement>();
    if (!revokes && order.kind() != OrderKind.RESUME) {
      return found;
    }
    var own = new Resumption(order.id(), order.issuedAt(), order.issuedBy());
    for (var task : order.scope().tasks()) {
      note(found, "task " + task.id(), own, (revokes ? resumedTasks : byTask).get(task.id()));
    }
    if (order.scope().tasks().isEmpty()) {
      for (var batch : order.scope().batches()) {
        note(found, "batch " + batch, own, (revokes ? resumedBatches : byBatch).get(batch));
      }
    }
    return found;
  }

  private static void note(
      Map<String, OperatorStatement> found,
      String what,
      OperatorStatement own,
      @Nullable OperatorStatement other) {
    if (other != null && !other.order().equals(own.order()) && other.isNewerThan(own)) {
      found.put(what, other);
    }
  }

  /** Returns the revocation that keeps a task from starting, or null. */
  public @Nullable Revocation find(String controller, Task task, @Nullable Instant requeuedAt) {
    var single = byTask.get(task.id());
    if (single != null && single.covers(controller, task, requeuedAt)) {
      return single;
    }
    if (task.batch() != null) {
      var batch = byBatch.get(task.batch());
      if (batch != null && batch.covers(controller, task, requeuedAt)) {
        return batch;
      }
    }
    for (var revocation : others.values()) {
      if (revocation.covers(controller, task, requeuedAt) && !isResumed(revocation, task)) {
        return revocation;
      }
    }
    return null;
  }

  /** Whether a newer resume names the very thing that was revoked: the task, or its batch. */
  private boolean isResumed(Revocation revocation, Task task) {
    var batch = task.batch();
    OperatorStatement resumption =
        !revocation.scope.tasks().isEmpty()
            ? resumedTasks.get(task.id())
            : batch == null ? null : resumedBatches.get(batch);
    return resumption != null && resumption.isNewerThan(revocation);
  }

  /** Returns the revocations that name batches, each order once, the newest first. */
  public List<Revocation> ofBatches() {
    return Stream.of(byBatch, others)
        .flatMap(map -> map.values().stream())
        .filter(revocation -> !revocation.scope().batches().isEmpty())
        .filter(revocation -> !areAllResumed(revocation))
        .distinct()
        .sorted(
            Comparator.comparing(Revocation::issuedAt).thenComparing(Revocation::order).reversed())
        .toList();
  }

  private boolean areAllResumed(Revocation revocation) {
    return revocation.scope().batches().stream()
        .allMatch(batch -> {
          var resumption = resumedBatches.get(batch);
          return resumption != null && resumption.isNewerThan(revocation);
        });
  }

  private static <T extends OperatorStatement> HashPMap<String, T> withoutOld(
      HashPMap<String, T> revocations, Instant now) {
    // Swept when the map has grown to a power of two, so that adding stays cheap.
    int size = revocations.size();
    if (size < 1024 || Integer.bitCount(size) != 1) {
      return revocations;
    }
    var kept = revocations;
    for (var entry : revocations.entrySet()) {
      if (entry.getValue().issuedAt().isBefore(now.minus(KEPT))) {
        kept = kept.minus(entry.getKey());
      }
    }
    return kept;
  }
}
