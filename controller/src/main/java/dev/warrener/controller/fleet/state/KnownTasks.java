package dev.warrener.controller.fleet.state;

import java.util.Collection;
import org.pcollections.TreePSet;

/**
 * The ids of the tasks that may be here: all tasks that are here, and some that were. A task that
 * is not known has no run and no waiting copy here, so that nothing need be searched for it.
 * Immutable.
 *
 * @param ids the ids of tasks that were lately delivered
 * @param again the ids of tasks that were delivered while they were known
 * @param most the size at which the tasks that have left are forgotten
 */
public record KnownTasks(TreePSet<String> ids, TreePSet<String> again, int most) {
  /**
   * The smallest size at which the set is pruned. Pruning scans all deliveries, so it is done only
   * once in this many additions.
   */
  public static final int LEAST_FULL = 4096;

  /** No tasks. */
  public static final KnownTasks NONE =
      new KnownTasks(TreePSet.empty(), TreePSet.empty(), LEAST_FULL);

  /** Whether a task may be here. */
  public boolean contains(String task) {
    return ids.contains(task);
  }

  /** Whether more than one delivery of a task may be here. */
  public boolean mayBeTwice(String task) {
    return !again.isEmpty() && again.contains(task);
  }

  /** Returns a copy with a task that was not known. */
  public KnownTasks plus(String task) {
    return new KnownTasks(ids.plus(task), again, most);
  }

  /** Returns a copy with one more delivery of a known task. */
  public KnownTasks plusAgain(String task) {
    return new KnownTasks(ids, again.plus(task), most);
  }

  /** Whether the set is to be pruned. */
  public boolean isFull() {
    return ids.size() >= most;
  }

  /** Returns the ids that are still in a worker's or a queue's hands here. */
  public KnownTasks of(Collection<Slot> slots, Collection<QueueState> queues) {
    TreePSet<String> here = TreePSet.empty();
    for (var slot : slots) {
      var run = slot.run();
      here = run == null ? here : here.plus(run.task().id());
      for (var later : slot.ahead()) {
        here = here.plus(later.task().id());
      }
    }
    for (var queue : queues) {
      for (var task : queue.waiting().values()) {
        here = here.plus(task.id());
      }
    }
    var againHere = again;
    for (var task : again) {
      againHere = here.contains(task) ? againHere : againHere.minus(task);
    }
    return new KnownTasks(here, againHere, Math.max(LEAST_FULL, 2 * here.size()));
  }
}
