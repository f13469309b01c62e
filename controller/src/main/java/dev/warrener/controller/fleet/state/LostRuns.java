package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.task.Task;
import java.util.ArrayList;
import java.util.List;
import org.pcollections.HashTreePSet;
import org.pcollections.MapPSet;
import org.pcollections.TreePMap;

/**
 * The runs during which this controller's process died: a task may have killed its controller.
 * Immutable.
 *
 * <p>A task that the broker has handed out several times is <em>suspect</em>. Its run is written
 * down when it starts and struck out when it ends, however it ends. What is still written down at
 * the next start of the controller was lost.
 *
 * @param suspects the tasks whose runs are written down
 * @param running the runs that are written down
 * @param lost the runs that were lost
 */
public record LostRuns(
    MapPSet<TaskKey> suspects, TreePMap<TaskKey, Run> running, TreePMap<TaskKey, Run> lost) {
  /** The number of redeliveries by the broker from which a task's runs are written down. */
  public static final int RETURNS_BEFORE_SUSPECT = 2;

  /** The most tasks of each kind that are remembered. */
  private static final int MOST = 1_000;

  /** Returns a memory of none. */
  public static final LostRuns NONE =
      new LostRuns(HashTreePSet.empty(), TreePMap.empty(), TreePMap.empty());

  /**
   * A run that is written down.
   *
   * @param task the task's id
   * @param queue the task's queue
   * @param attempt the attempt number
   * @param losses how often a run of this attempt was lost before
   * @param running whether the run goes on
   */
  public record Run(String task, String queue, int attempt, int losses, boolean running) {
    TaskKey key() {
      return new TaskKey(task, queue);
    }

    private Run with(int losses, boolean isRunning) {
      return new Run(task, queue, attempt, losses, isRunning);
    }
  }

  /** Returns a copy with what a former life of this controller has written down. */
  public LostRuns remembering(List<Run> runs) {
    var all = lost;
    for (var run : runs) {
      if (run.losses() > 0 && all.size() < MOST) {
        all = all.plus(run.key(), run.with(run.losses(), false));
      }
    }
    return new LostRuns(suspects, running, all);
  }

  /** Returns a copy that knows of a task that the broker has redelivered that often. */
  public LostRuns delivered(Task task, int returns) {
    var key = TaskKey.of(task);
    if (returns < RETURNS_BEFORE_SUSPECT || suspects.contains(key)) {
      return this;
    }
    var known = suspects.size() < MOST ? suspects : HashTreePSet.<TaskKey>empty();
    return new LostRuns(known.plus(key), running, lost);
  }

  /** Returns how often a run of this attempt of a task was lost. */
  public int losses(Task task) {
    var run = lost.get(TaskKey.of(task));
    return run == null || run.attempt() != task.attempt() ? 0 : run.losses();
  }

  /** Returns a copy in which a run has started; the same if its task is not suspect. */
  public LostRuns started(Task task) {
    var key = TaskKey.of(task);
    if (!suspects.contains(key) && losses(task) == 0) {
      return this;
    }
    var run = new Run(task.id(), task.queue(), task.attempt(), losses(task), true);
    return new LostRuns(suspects, running.plus(key, run), lost);
  }

  /** Returns a copy without the runs that have ended: this controller has survived them. */
  public LostRuns ended(WorkerPool pool) {
    var next = this;
    for (var run : running.values()) {
      if (!isRunning(pool, run)) {
        next =
            new LostRuns(next.suspects, next.running.minus(run.key()), next.lost.minus(run.key()));
      }
    }
    return next;
  }

  private static boolean isRunning(WorkerPool pool, Run run) {
    for (var slot : pool.slots()) {
      var found =
          slot.find(one ->
              one.is(run.task(), run.attempt())
                  && one.task().queue().equals(run.queue())
                  && one.started());
      if (found != null) {
        return true;
      }
    }
    return false;
  }

  /** Returns what is to be written down. */
  public List<Run> written() {
    var all = new ArrayList<>(running.values());
    for (var run : lost.values()) {
      if (!running.containsKey(run.key())) {
        all.add(run);
      }
    }
    return List.copyOf(all);
  }
}
