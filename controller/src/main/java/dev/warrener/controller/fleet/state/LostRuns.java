package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.task.Task;
import java.util.ArrayList;
import java.util.List;
import org.pcollections.HashTreePSet;
import org.pcollections.MapPSet;
import org.pcollections.TreePMap;

/**
 * The runs during which this controller's process ended without ending them: a task may have taken
 * its controller along. Immutable.
 *
 * <p>A task that the broker has handed out several times is <em>suspect</em>. Its run is written
 * down when it starts and struck out when it ends, however it ends. What is still written down at
 * the next start of the controller was lost.
 *
 * @param suspects the ids of tasks whose runs are written down
 * @param running the runs that are written down
 * @param lost how often a run of a task was lost, by its id
 */
public record LostRuns(
    MapPSet<String> suspects, TreePMap<String, Run> running, TreePMap<String, Run> lost) {
  /** How often the broker has taken a task back before its runs are written down. */
  public static final int RETURNS = 2;

  /** The most tasks of each kind that are remembered. */
  private static final int MOST = 1_000;

  /** Returns a memory of none. */
  public static final LostRuns NONE =
      new LostRuns(HashTreePSet.empty(), TreePMap.empty(), TreePMap.empty());

  /**
   * A run that is written down.
   *
   * @param task the task's id
   * @param attempt the attempt number
   * @param times how often a run of this attempt was lost before
   * @param running whether the run goes on
   */
  public record Run(String task, int attempt, int times, boolean running) {}

  /** Returns a copy with what a former life of this controller has written down. */
  public LostRuns remembering(List<Run> runs) {
    var all = lost;
    for (var run : runs) {
      if (run.times() > 0 && all.size() < MOST) {
        all = all.plus(run.task(), new Run(run.task(), run.attempt(), run.times(), false));
      }
    }
    return new LostRuns(suspects, running, all);
  }

  /** Returns a copy that knows of a delivery that the broker has taken back that often before. */
  public LostRuns delivered(Task task, int returns) {
    if (returns < RETURNS || suspects.contains(task.id())) {
      return this;
    }
    var known = suspects.size() < MOST ? suspects : HashTreePSet.<String>empty();
    return new LostRuns(known.plus(task.id()), running, lost);
  }

  /** Returns how often a run of a task was lost. */
  public int times(Task task) {
    var run = lost.get(task.id());
    return run == null || run.attempt() != task.attempt() ? 0 : run.times();
  }

  /** Returns a copy in which a run has started; the same if its task is not suspect. */
  public LostRuns started(Task task) {
    if (!suspects.contains(task.id()) && times(task) == 0) {
      return this;
    }
    return new LostRuns(
        suspects,
        running.plus(task.id(), new Run(task.id(), task.attempt(), times(task), true)),
        lost);
  }

  /** Returns a copy without the runs that have ended: this controller has survived them. */
  public LostRuns ended(WorkerPool pool) {
    var next = this;
    for (var run : running.values()) {
      if (!isRunning(pool, run)) {
        next =
            new LostRuns(
                next.suspects, next.running.minus(run.task()), next.lost.minus(run.task()));
      }
    }
    return next;
  }

  private static boolean isRunning(WorkerPool pool, Run run) {
    for (var slot : pool.slots()) {
      var found = slot.find(run.task(), run.attempt());
      if (found != null && found.started()) {
        return true;
      }
    }
    return false;
  }

  /** Returns what is to be written down. */
  public List<Run> written() {
    var all = new ArrayList<>(running.values());
    for (var run : lost.values()) {
      if (!running.containsKey(run.task())) {
        all.add(run);
      }
    }
    return List.copyOf(all);
  }
}
