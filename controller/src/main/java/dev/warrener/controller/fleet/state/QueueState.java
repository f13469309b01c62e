package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.task.Task;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePSet;
import org.pcollections.MapPSet;
import org.pcollections.TreePMap;

/**
 * A queue as this controller serves it. Immutable.
 *
 * @param name the queue's name
 * @param prefetch how many of its tasks the broker was asked for
 * @param waiting the tasks that were delivered here and not handed to a worker, by delivery tag
 * @param handlers the handlers that the queue's workers have; empty before one was ready
 * @param unavailable a sentence about each configured handler that they can't use
 * @param takesAhead how many tasks a worker takes before it is free
 * @param paceNanos the average duration of the last few runs
 */
public record QueueState(
    String name,
    Prefetch prefetch,
    TreePMap<Long, Task> waiting,
    MapPSet<String> handlers,
    List<String> unavailable,
    int takesAhead,
    long paceNanos) {
  /**
   * The assumed duration of a queue's runs before any has been measured, and the cap on what one
   * run adds to the average, as a multiple of the longest wait allowed at a busy worker.
   */
  public static final long UNKNOWN_PACE = 4;

  /** Returns the state of a queue that no worker has served yet. */
  public static QueueState of(Settings.QueueSettings settings) {
    return new QueueState(
        settings.name(),
        Prefetch.of(settings),
        TreePMap.empty(),
        HashTreePSet.empty(),
        List.of(),
        0,
        settings.ahead().within().multipliedBy(UNKNOWN_PACE).toNanos());
  }

  /** Whether the queue's workers have a handler of that name, or one for any name. */
  public boolean handles(String handler) {
    return handlers.contains(handler) || handlers.contains("*");
  }

  /** Returns the waiting task with a delivery tag, or null. */
  public @Nullable Task find(long tag) {
    return waiting.get(tag);
  }

  /** Whether the broker was asked to deliver its tasks. */
  public boolean consuming() {
    return prefetch.asked() > 0;
  }

  /** Returns a copy for which the broker was asked for another number of tasks. */
  public QueueState with(Prefetch other) {
    return new QueueState(name, other, waiting, handlers, unavailable, takesAhead, paceNanos);
  }

  /** Returns a copy with one more waiting task. */
  public QueueState plus(long tag, Task task) {
    return withWaiting(waiting.plus(tag, task));
  }

  /** Returns a copy without a waiting task. */
  public QueueState minus(long tag) {
    return withWaiting(waiting.minus(tag));
  }

  /** Returns a copy in which no task waits. */
  public QueueState withoutWaiting() {
    return withWaiting(TreePMap.empty());
  }

  private QueueState withWaiting(TreePMap<Long, Task> tasks) {
    return new QueueState(name, prefetch, tasks, handlers, unavailable, takesAhead, paceNanos);
  }

  /** Returns a copy with other handlers, of workers that take that many tasks ahead. */
  public QueueState withHandlers(MapPSet<String> all, List<String> unusable, int ahead) {
    return new QueueState(name, prefetch, waiting, all, List.copyOf(unusable), ahead, paceNanos);
  }

  /** Returns a copy with another average duration of runs. */
  public QueueState withPace(long nanos) {
    return new QueueState(name, prefetch, waiting, handlers, unavailable, takesAhead, nanos);
  }
}
