package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.task.Task;
import io.vavr.collection.HashMap;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The runs that have lately ended here, so that a copy of one is settled as the first was and not
 * run a second time. Two generations of bounded size: forgetting costs nothing. Immutable.
 *
 * <p>It is asked about every task and told of every end, and holds tens of thousands: so these maps
 * are wide tries, where the others here are binary trees.
 */
public record EndedRuns(HashMap<String, Ended> young, HashMap<String, Ended> old, Instant since) {
  private static final int MOST = 50_000;

  /**
   * A run that has ended.
   *
   * @param attempt its number
   * @param requeuedAt what an operator's requeue from the dead letters had marked it with, or null
   * @param rest what is still owed to its message
   */
  public record Ended(int attempt, @Nullable Instant requeuedAt, Rest rest) {}

  /** What is owed to the message of an ended run, should it come again. */
  public sealed interface Rest {
    /** Nothing: it is acknowledged. */
    record Nothing() implements Rest {}

    /** A copy must go elsewhere, and then it is acknowledged. */
    record Copy(String routingKey, Map<String, @Nullable Object> headers) implements Rest {}
  }

  public static EndedRuns none(Instant now) {
    return new EndedRuns(HashMap.empty(), HashMap.empty(), now);
  }

  public EndedRuns plus(Task task, Rest rest, Instant now, Duration window) {
    var ended = new Ended(task.attempt(), task.requeuedAt(), rest);
    boolean turn = young.size() >= MOST || now.isAfter(since.plus(window));
    return turn
        ? new EndedRuns(HashMap.of(task.id(), ended), young, now)
        : new EndedRuns(young.put(task.id(), ended), old, since);
  }

  /** Notes that a copy was taken: nothing is owed any more. */
  public EndedRuns settled(String task, int attempt) {
    var ended = young.get(task).getOrNull();
    if (ended == null || ended.attempt != attempt) {
      return this;
    }
    return new EndedRuns(
        young.put(task, new Ended(attempt, ended.requeuedAt, new Rest.Nothing())), old, since);
  }

  /** The last run of a task that has ended here, or null. */
  public @Nullable Ended lastOf(String task) {
    var ended = young.get(task).getOrNull();
    return ended == null ? old.get(task).getOrNull() : ended;
  }

  /** The run of this very message, or null if it has not ended here. */
  public @Nullable Ended find(Task task) {
    var ended = lastOf(task.id());
    if (ended == null || task.attempt() > ended.attempt) {
      return null;
    }
    var requeuedAt = task.requeuedAt();
    return Objects.equals(requeuedAt, ended.requeuedAt) ? ended : null;
  }
}
