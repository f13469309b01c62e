package dev.warrener.controller.fleet.state;

import dev.warrener.controller.fleet.state.FleetState.QueueState;
import io.vavr.collection.HashSet;
import java.util.Collection;

/**
 * Which tasks may be here, by their ids: every one that is, and some that were. So a task that
 * isn't known has no run here and no copy that waits, and nobody need look for them among all that
 * the workers were handed. Immutable.
 *
 * @param ids of all that were delivered lately
 * @param again of those that were delivered while they were known
 * @param most with so many it forgets those that are not here any more
 */
public record KnownTasks(HashSet<String> ids, HashSet<String> again, int most) {
  /** A look at all that is here costs little, divided among so many. */
  public static final int LEAST_FULL = 4096;

  public static final KnownTasks NONE =
      new KnownTasks(HashSet.empty(), HashSet.empty(), LEAST_FULL);

  public boolean contains(String task) {
    return ids.contains(task);
  }

  /** Whether more than one delivery of it may be here. */
  public boolean mayBeTwice(String task) {
    return !again.isEmpty() && again.contains(task);
  }

  /** With one that was not known. */
  public KnownTasks plus(String task) {
    return new KnownTasks(ids.add(task), again, most);
  }

  /** With one more delivery of a known one. */
  public KnownTasks plusAgain(String task) {
    return new KnownTasks(ids, again.add(task), most);
  }

  public boolean isFull() {
    return ids.size() >= most;
  }

  /** Those of them that are here. */
  public KnownTasks of(Collection<Slot> slots, Collection<QueueState> queues) {
    HashSet<String> here = HashSet.empty();
    for (var slot : slots) {
      var run = slot.run();
      here = run == null ? here : here.add(run.task().id());
      for (var later : slot.ahead()) {
        here = here.add(later.task().id());
      }
    }
    for (var queue : queues) {
      for (var task : queue.waiting().values()) {
        here = here.add(task.id());
      }
    }
    return new KnownTasks(here, again.intersect(here), Math.max(LEAST_FULL, 2 * here.size()));
  }
}
