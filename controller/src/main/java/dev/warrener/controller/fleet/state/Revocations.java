package dev.warrener.controller.fleet.state;

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
 * The tasks and batches that must not start any more, by the orders that said so. Of a revocation
 * and a resume of the same thing the newer one counts, by when they were issued and then by id, in
 * whichever order they were heard. Both are forgotten after a week. Immutable.
 *
 * @param byTask those that name a single task, by its id
 * @param byBatch those that name a single batch
 * @param others all the rest, by the order's id
 * @param resumedTasks the newest resume of single tasks, by their ids
 * @param resumedBatches the newest resume of batches
 */
public record Revocations(
    HashPMap<String, Revocation> byTask,
    HashPMap<String, Revocation> byBatch,
    HashPMap<String, Revocation> others,
    HashPMap<String, Word> resumedTasks,
    HashPMap<String, Word> resumedBatches) {
  private static final Duration KEPT = Duration.ofDays(7);
  public static final Revocations NONE =
      new Revocations(
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          HashTreePMap.empty());

  /** Something that an operator said, by its order's id. */
  public sealed interface Said {
    String order();

    Instant issuedAt();

    default boolean isNewerThan(@Nullable Said other) {
      return other == null
          || issuedAt().isAfter(other.issuedAt())
          || (issuedAt().equals(other.issuedAt()) && order().compareTo(other.order()) > 0);
    }
  }

  /** A resume. */
  public record Word(String order, Instant issuedAt) implements Said {}

  /**
   * What an order revoked.
   *
   * @param fate what a revoked task meets when it comes up
   * @param keptHereAlone whether the broker's log of orders does not have it
   */
  public record Revocation(
      String order,
      Scope scope,
      Backlog fate,
      Instant issuedAt,
      String reason,
      String issuedBy,
      boolean keptHereAlone)
      implements Said {
    private boolean covers(String controller, Task task, @Nullable Instant requeuedAt) {
      return scope.coversController(controller)
          && scope.coversQueue(task.queue())
          && scope.coversRun(task.id(), task.attempt(), task.batch())
          && (requeuedAt == null || requeuedAt.isBefore(issuedAt));
    }

    private boolean isPlain() {
      return scope.controllers().isEmpty()
          && scope.queues().isEmpty()
          && scope.workers().isEmpty()
          && scope.tasks().stream().allMatch(target -> target.attempt() == null);
    }
  }

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

  /** Revokes one task whose fate could not be carried out: nobody else knows that it has one. */
  public Revocations plusLost(String task, Backlog fate, Order order) {
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

  /** Those that this controller has to remember by itself. */
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
        withoutOld(others, revocation.issuedAt()).plus(revocation.order(), revocation),
        resumedTasks,
        resumedBatches);
  }

  private static HashPMap<String, Revocation> plus(
      HashPMap<String, Revocation> all,
      String name,
      Revocation added,
      HashPMap<String, Word> resumed) {
    return added.isNewerThan(all.get(name)) && added.isNewerThan(resumed.get(name))
        ? all.plus(name, added)
        : all;
  }

  /** Drops what an operator's resume names: single tasks and batches, never more. */
  public Revocations minus(Order resume) {
    var word = new Word(resume.id(), resume.issuedAt());
    var tasks = byTask;
    var saidOfTasks = withoutOld(resumedTasks, resume.issuedAt());
    for (var task : resume.scope().tasks()) {
      tasks = word.isNewerThan(tasks.get(task.id())) ? tasks.minus(task.id()) : tasks;
      saidOfTasks = plus(saidOfTasks, task.id(), word);
    }
    var batches = byBatch;
    var saidOfBatches = withoutOld(resumedBatches, resume.issuedAt());
    if (resume.scope().tasks().isEmpty()) {
      for (var batch : resume.scope().batches()) {
        batches = word.isNewerThan(batches.get(batch)) ? batches.minus(batch) : batches;
        saidOfBatches = plus(saidOfBatches, batch, word);
      }
    }
    return new Revocations(tasks, batches, others, saidOfTasks, saidOfBatches);
  }

  private static HashPMap<String, Word> plus(HashPMap<String, Word> all, String name, Word added) {
    return added.isNewerThan(all.get(name)) ? all.plus(name, added) : all;
  }

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

  /** Whether a later resume names the very thing that was revoked: the task, or its batch. */
  private boolean isResumed(Revocation revocation, Task task) {
    var batch = task.batch();
    Said word =
        !revocation.scope.tasks().isEmpty()
            ? resumedTasks.get(task.id())
            : batch == null ? null : resumedBatches.get(batch);
    return word != null && word.isNewerThan(revocation);
  }

  private static <T extends Said> HashPMap<String, T> withoutOld(
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
