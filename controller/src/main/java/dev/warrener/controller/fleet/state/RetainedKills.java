package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.order.Order;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The kills that are under way, as this controller keeps them over a restart: a run that starts
 * after this one ended in the middle of a kill can tell from it what was begun and not settled.
 * Immutable.
 *
 * @param version the version of this form, 1
 * @param kills the kills, by the id of their orders
 */
public record RetainedKills(int version, List<Kill> kills) {
  /** No kills. */
  public static final RetainedKills NONE = new RetainedKills(1, List.of());

  /**
   * A kill that is under way.
   *
   * @param order the order
   * @param userId the user who gave the order, as verified; or null
   * @param keptHereAlone whether the broker's log does not have the order
   * @param workers the number of workers that it has killed
   * @param runs the runs whose fate it decides, as far as they are not settled
   */
  public record Kill(
      Order order,
      @Nullable String userId,
      boolean keptHereAlone,
      int workers,
      List<DoomedRun> runs) {
    public Kill {
      runs = List.copyOf(runs);
    }
  }

  /**
   * A run that a kill has cut off, or is about to.
   *
   * @param task the task's id
   * @param attempt the attempt number
   * @param batch the task's batch, or null
   * @param queue the queue that the task was delivered from
   */
  public record DoomedRun(String task, int attempt, @Nullable String batch, String queue) {
    /** Returns the task that it ran. */
    public TaskKey key() {
      return new TaskKey(task, queue);
    }
  }

  public RetainedKills {
    if (version != 1) {
      throw new IllegalArgumentException("unknown version " + version + ": this one knows 1");
    }
    kills = List.copyOf(kills);
  }

  /** Whether this has a kill or a run that another record does not have. */
  public boolean hasMoreThan(RetainedKills other) {
    for (var kill : kills) {
      var before =
          other.kills.stream()
              .filter(one -> one.order().id().equals(kill.order().id()))
              .findFirst();
      if (before.isEmpty() || !before.get().runs().containsAll(kill.runs())) {
        return true;
      }
    }
    return false;
  }
}
