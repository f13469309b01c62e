package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
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
 * then by id, in whichever order the two arrive. A resume lifts no more than it covers: one of a
 * batch in one queue leaves the batch revoked in the others, and one at another controller changes
 * nothing here. Both are forgotten after thirty days.
 *
 * @param byTask the revocations of single tasks, by task
 * @param byBatch the revocations of single batches, by batch
 * @param others all other revocations, by order and scope
 * @param resumed the newest resume of each task and batch in each queue that it was narrowed to
 */
public record Revocations(
    HashPMap<String, Revocation> byTask,
    HashPMap<String, Revocation> byBatch,
    HashPMap<String, Revocation> others,
    HashPMap<Named, Resumption> resumed) {
  /** The time that revocations and resumes are kept: at least thirty days. */
  private static final Duration KEPT = Duration.ofDays(30);

  /** No revocations. */
  public static final Revocations NONE =
      new Revocations(
          HashTreePMap.empty(), HashTreePMap.empty(), HashTreePMap.empty(), HashTreePMap.empty());

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

  /**
   * A resume of a single task or batch.
   *
   * @param order the id of the order
   * @param issuedAt when the order was given
   * @param issuedBy the operator who gave the order
   * @param keptHereAlone whether the broker's log of orders does not have the resume
   */
  public record Resumption(String order, Instant issuedAt, String issuedBy, boolean keptHereAlone)
      implements OperatorStatement {
    private static Resumption of(HeardOrder heard) {
      var order = heard.order();
      return new Resumption(
          order.id(), order.issuedAt(), order.issuedBy(), heard.isKeptHereAlone());
    }
  }

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

  /** Returns when the newest revocation, or resume of one, was issued; or null. */
  @Nullable Instant newestIssuedAt() {
    return Stream.of(byTask.values(), byBatch.values(), others.values(), resumed.values())
        .flatMap(Collection::stream)
        .map(OperatorStatement::issuedAt)
        .max(Comparator.naturalOrder())
        .orElse(null);
  }

  private Revocations plus(Revocation revocation) {
    var scope = revocation.scope();
    if (revocation.isPlain() && scope.batches().isEmpty()) {
      var tasks = withoutOld(byTask, revocation.issuedAt());
      for (var task : scope.tasks()) {
        tasks = plus(tasks, task.id(), revocation, resumed.get(Named.task(task.id(), null)));
      }
      return new Revocations(tasks, byBatch, others, resumed);
    }
    if (revocation.isPlain() && scope.tasks().isEmpty()) {
      var batches = withoutOld(byBatch, revocation.issuedAt());
      for (var batch : scope.batches()) {
        batches = plus(batches, batch, revocation, resumed.get(Named.batch(batch, null)));
      }
      return new Revocations(byTask, batches, others, resumed);
    }
    return new Revocations(
        byTask,
        byBatch,
        withoutOld(others, revocation.issuedAt())
            .plus(revocation.order() + " " + scope.describe(), revocation),
        resumed);
  }

  private static HashPMap<String, Revocation> plus(
      HashPMap<String, Revocation> all,
      String name,
      Revocation added,
      @Nullable Resumption resumption) {
    return added.isNewerThan(all.get(name)) && added.isNewerThan(resumption)
        ? all.plus(name, added)
        : all;
  }

  /**
   * Returns a copy without what a resume lifts at a controller: the tasks or batches that it names,
   * as far as it covers them there. A resume of single workers lifts nothing.
   */
  public Revocations minus(HeardOrder resume, String controller) {
    var scope = resume.order().scope();
    if (!scope.coversController(controller) || !scope.workers().isEmpty()) {
      return this;
    }
    var resumption = Resumption.of(resume);
    var tasks = byTask;
    var batches = byBatch;
    var all = withoutOld(resumed, resumption.issuedAt());
    for (var named : Named.in(scope)) {
      if (resumption.isNewerThan(all.get(named))) {
        all = all.plus(named, resumption);
      }
      if (named.queue() == null && named.batch() == null && named.task() != null) {
        tasks = minus(tasks, named.task(), resumption);
      } else if (named.queue() == null && named.task() == null && named.batch() != null) {
        batches = minus(batches, named.batch(), resumption);
      }
    }
    return new Revocations(tasks, batches, others, all);
  }

  private static HashPMap<String, Revocation> minus(
      HashPMap<String, Revocation> all, String name, Resumption resumption) {
    return resumption.isNewerThan(all.get(name)) ? all.minus(name) : all;
  }

  /**
   * Returns the newer statements that keep a kill from revoking, or a resume from allowing, a task
   * or batch that it names at a controller; by what they are about.
   */
  public SortedMap<String, OperatorStatement> outranking(HeardOrder heard, String controller) {
    var order = heard.order();
    boolean revokes = order.revocation() != Backlog.KEEP;
    var found = new TreeMap<String, OperatorStatement>();
    if ((!revokes && order.kind() != OrderKind.RESUME)
        || !order.scope().coversController(controller)) {
      return found;
    }
    var own = Resumption.of(heard);
    for (var named : Named.in(order.scope())) {
      if (revokes) {
        for (var entry : resumed.entrySet()) {
          if (entry.getKey().concerns(named)) {
            note(found, named.describe(), own, entry.getValue());
          }
        }
      } else {
        note(found, named.describe(), own, named.task() == null ? null : byTask.get(named.task()));
        note(
            found,
            named.describe(),
            own,
            named.batch() == null ? null : byBatch.get(named.batch()));
        for (var revocation : others.values()) {
          if (revocation.scope().coversController(controller)
              && Named.in(revocation.scope()).stream().anyMatch(named::concerns)) {
            note(found, named.describe(), own, revocation);
          }
        }
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
    if (single != null && single.covers(controller, task, requeuedAt) && !isResumed(single, task)) {
      return single;
    }
    if (task.batch() != null) {
      var batch = byBatch.get(task.batch());
      if (batch != null && batch.covers(controller, task, requeuedAt) && !isResumed(batch, task)) {
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
    if (resumed.isEmpty()) {
      return false;
    }
    boolean byTask = !revocation.scope.tasks().isEmpty();
    boolean byBatch = !revocation.scope.batches().isEmpty();
    var batch = task.batch();
    for (var queue : new @Nullable String[] {null, task.queue()}) {
      if ((byTask && isResumed(revocation, Named.task(task.id(), queue)))
          || (batch != null
              && ((byBatch && isResumed(revocation, Named.batch(batch, queue)))
                  || isResumed(revocation, new Named(task.id(), batch, queue))))) {
        return true;
      }
    }
    return false;
  }

  private boolean isResumed(Revocation revocation, Named named) {
    var resumption = resumed.get(named);
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
          var resumption = resumed.get(Named.batch(batch, null));
          return resumption != null && resumption.isNewerThan(revocation);
        });
  }

  /**
   * Returns the resumes that this controller itself must keep over a restart: those that nobody
   * else keeps, and those that lift a part of a revocation that nobody else keeps.
   */
  public Map<Named, Resumption> resumedHereAlone() {
    var kept = new HashMap<Named, Resumption>();
    for (var entry : resumed.entrySet()) {
      if (entry.getValue().keptHereAlone()) {
        kept.put(entry.getKey(), entry.getValue());
      }
    }
    for (var revocation : keptHereAlone().toList()) {
      for (var named : Named.in(revocation.scope())) {
        for (var entry : resumed.entrySet()) {
          if (entry.getKey().concerns(named) && entry.getValue().isNewerThan(revocation)) {
            kept.put(entry.getKey(), entry.getValue());
          }
        }
      }
    }
    return kept;
  }

  /** Returns a copy with a resume that was kept over a restart. */
  public Revocations plus(Named named, Resumption resumption) {
    return resumption.isNewerThan(resumed.get(named))
        ? new Revocations(byTask, byBatch, others, resumed.plus(named, resumption))
        : this;
  }

  private static <K, T extends OperatorStatement> HashPMap<K, T> withoutOld(
      HashPMap<K, T> revocations, Instant now) {
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
