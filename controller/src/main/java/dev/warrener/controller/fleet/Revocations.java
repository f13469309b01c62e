package dev.warrener.controller.fleet;

import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;

/**
 * The tasks and batches that must not start any more, by the orders that said so. A revocation is
 * forgotten after a week. Immutable.
 *
 * @param byTask those that name a single task, by its id
 * @param byBatch those that name a single batch
 * @param others all the rest, by the order's id
 */
record Revocations(
    HashPMap<String, Revocation> byTask,
    HashPMap<String, Revocation> byBatch,
    HashPMap<String, Revocation> others) {
  private static final Duration KEPT = Duration.ofDays(7);
  static final Revocations NONE =
      new Revocations(HashTreePMap.empty(), HashTreePMap.empty(), HashTreePMap.empty());

  /**
   * What an order revoked.
   *
   * @param fate what a revoked task meets when it comes up
   * @param keptHereAlone whether the broker's log of orders does not have it
   */
  record Revocation(
      String order,
      Scope scope,
      Backlog fate,
      Instant issuedAt,
      String reason,
      String issuedBy,
      boolean keptHereAlone) {
    private boolean covers(String controller, Task task, @Nullable Instant requeuedAt) {
      return scope.coversController(controller)
          && scope.coversQueue(task.queue())
          && scope.coversTask(task.id(), task.batch())
          && (requeuedAt == null || requeuedAt.isBefore(issuedAt));
    }
  }

  Revocations plus(HeardOrder heard) {
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

  /** Revokes one task whose fate could not be carried out: nobody else knows that it has one. */
  Revocations plusLost(String task, Backlog fate, Order order) {
    return plus(
        new Revocation(
            order.id(),
            Scope.ofTask(task),
            fate,
            order.issuedAt(),
            order.reason(),
            order.issuedBy(),
            true));
  }

  Revocations plus(Keepsake.Revoked kept) {
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

  /** Those that this controller has to remember by itself. */
  Stream<Revocation> keptHereAlone() {
    return Stream.of(byTask, byBatch, others)
        .flatMap(map -> map.values().stream())
        .filter(Revocation::keptHereAlone);
  }

  private Revocations plus(Revocation revocation) {
    var scope = revocation.scope();
    boolean plain =
        scope.controllers().isEmpty() && scope.queues().isEmpty() && scope.workers().isEmpty();
    if (plain && scope.batches().isEmpty()) {
      var tasks = withoutOld(byTask, revocation.issuedAt());
      for (var task : scope.tasks()) {
        tasks = tasks.plus(task.id(), revocation);
      }
      return new Revocations(tasks, byBatch, others);
    }
    if (plain && scope.tasks().isEmpty()) {
      var batches = withoutOld(byBatch, revocation.issuedAt());
      for (var batch : scope.batches()) {
        batches = batches.plus(batch, revocation);
      }
      return new Revocations(byTask, batches, others);
    }
    return new Revocations(
        byTask,
        byBatch,
        withoutOld(others, revocation.issuedAt()).plus(revocation.order(), revocation));
  }

  /** Drops what an operator's resume names: single tasks and batches, never more. */
  Revocations minus(Scope resumed, Instant issuedAt) {
    var tasks = byTask;
    for (var task : resumed.tasks()) {
      tasks = tasks.minus(task.id());
    }
    var batches = byBatch;
    for (var batch : resumed.batches()) {
      batches = batches.minus(batch);
    }
    var rest = others;
    if (resumed.namesTasks()) {
      for (var revocation : others.values()) {
        if (resumed.includes(revocation.scope) && revocation.issuedAt.isBefore(issuedAt)) {
          rest = rest.minus(revocation.order);
        }
      }
    }
    return new Revocations(tasks, batches, rest);
  }

  @Nullable Revocation find(String controller, Task task, @Nullable Instant requeuedAt) {
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
      if (revocation.covers(controller, task, requeuedAt)) {
        return revocation;
      }
    }
    return null;
  }

  private static HashPMap<String, Revocation> withoutOld(
      HashPMap<String, Revocation> revocations, Instant now) {
    // Swept when the map has grown to a power of two, so that adding stays cheap.
    int size = revocations.size();
    if (size < 1024 || Integer.bitCount(size) != 1) {
      return revocations;
    }
    var kept = revocations;
    for (var entry : revocations.entrySet()) {
      if (entry.getValue().issuedAt.isBefore(now.minus(KEPT))) {
        kept = kept.minus(entry.getKey());
      }
    }
    return kept;
  }
}
