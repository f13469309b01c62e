package dev.warrener.controller.fleet.state;

import java.util.Collection;
import org.pcollections.TreePSet;

/**
 * The tasks that may be here: all tasks that are here, and some that were. A task that is not known
 * has no run and no waiting copy here, so that nothing need be searched for it. Immutable.
 *
 * @param tasks the tasks that were lately delivered
 * @param again the tasks that were delivered while they were known
 * @param most the size at which the tasks that have left are forgotten
 */
public record KnownTasks(TreePSet<TaskKey> tasks, TreePSet<TaskKey> again, int most) {
  /**
   * The smallest size at which the set is pruned. Pruning scans all deliveries, so it is done only
   * once in this many additions.
   */
  public static final int LEAST_FULL = 4096;

  /** No tasks. */
  public static final KnownTasks NONE =
      new KnownTasks(TreePSet.empty(), TreePSet.empty(), LEAST_FULL);

  /** Whether a task may be here. */
  public boolean contains(TaskKey task) {
    return tasks.contains(task);
  }

  /** Whether more than one delivery of a task may be here. */
  public boolean mayBeTwice(TaskKey task) {
    return !again.isEmpty() && again.contains(task);
  }

  /** Returns a copy with a task that was not known. */
  public KnownTasks plus(TaskKey task) {
    return new KnownTasks(tasks.plus(task), again, most);
  }

  /** Returns a copy with one more delivery of a known task. */
  public KnownTasks plusAgain(TaskKey task) {
    return new KnownTasks(tasks, again.plus(task), most);
  }

  /** Whether the set is to be pruned. */
  public boolean isFull() {
    return tasks.size() >= most;
  }

  /** Returns the tasks that are still in a worker's or a queue's hands here. */
  public KnownTasks of(Collection<Slot> slots, Collection<QueueState> queues) {
    TreePSet<TaskKey> here = TreePSet.empty();
    for (var slot : slots) {
      var run = slot.run();
      here = run == null ? here : here.plus(TaskKey.of(run.task()));
      for (var later : slot.ahead()) {
        here = here.plus(TaskKey.of(later.task()));
      }
    }
    for (var queue : queues) {
      for (var task : queue.waiting().values()) {
        here = here.plus(TaskKey.of(task));
      }
    }
    var againHere = again;
    for (var task : again) {
      againHere = here.contains(task) ? againHere : againHere.minus(task);
    }
    return new KnownTasks(here, againHere, Math.max(LEAST_FULL, 2 * here.size()));
  }
}
