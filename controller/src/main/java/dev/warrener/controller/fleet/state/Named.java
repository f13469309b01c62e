package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.TaskTarget;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The names in a resume or a revocation.
 *
 * @param task the task's id, or null for a whole batch
 * @param batch the batch, or null for a task of any batch
 * @param queue the only queue in which it is meant, or null for all
 */
public record Named(@Nullable String task, @Nullable String batch, @Nullable String queue) {
  static Named task(String id, @Nullable String queue) {
    return new Named(id, null, queue);
  }

  static Named batch(String name, @Nullable String queue) {
    return new Named(null, name, queue);
  }

  /** Returns the tasks of a scope, in each of its batches and queues; or its batches. */
  static List<Named> in(Scope scope) {
    var named = new ArrayList<Named>();
    if (!scope.namesTasks()) {
      return named;
    }
    for (var queue : orAny(scope.queues())) {
      for (var batch : orAny(scope.batches())) {
        for (var task : orAny(scope.tasks().stream().map(TaskTarget::id).toList())) {
          named.add(new Named(task, batch, queue));
        }
      }
    }
    return named;
  }

  private static List<@Nullable String> orAny(List<String> names) {
    var all = new ArrayList<@Nullable String>(names);
    if (all.isEmpty()) {
      all.add(null);
    }
    return all;
  }

  /** Whether this names a thing that the other names, too, and nothing keeps them apart. */
  boolean concerns(Named other) {
    return (isOne(task, other.task) || isOne(batch, other.batch))
        && meet(task, other.task)
        && meet(batch, other.batch)
        && meet(queue, other.queue);
  }

  private static boolean isOne(@Nullable String one, @Nullable String other) {
    return one != null && one.equals(other);
  }

  private static boolean meet(@Nullable String one, @Nullable String other) {
    return one == null || other == null || one.equals(other);
  }

  /** Returns the words for people. */
  String describe() {
    return task != null ? "task " + task : "batch " + batch;
  }
}
