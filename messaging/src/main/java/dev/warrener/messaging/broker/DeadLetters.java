package dev.warrener.messaging.broker;

import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;

/** Reads and moves the dead letters of queues. Not thread-safe. */
public final class DeadLetters {
  DeadLetters() {}

  /**
   * The oldest dead letters of {@code queue}, oldest first, at most {@code limit}. They stay where
   * they are; while they are read nobody else sees them.
   *
   * @throws NoSuchQueueException if there is no such queue
   */
  public List<DeadLetter> list(String queue, int limit) {
    return NotBuilt.yet();
  }

  /**
   * Puts dead letters back into their queue: each is published, confirmed, and then removed.
   *
   * @param limit how many are looked at, oldest first
   * @param chosen which of them
   * @throws NoSuchQueueException if there is no such queue
   */
  public Moved requeue(String queue, int limit, Predicate<DeadLetter> chosen, Instant now) {
    return NotBuilt.yet();
  }

  /**
   * Drops dead letters for good.
   *
   * @param limit how many are looked at, oldest first
   * @param chosen which of them
   * @throws NoSuchQueueException if there is no such queue
   */
  public Moved purge(String queue, int limit, Predicate<DeadLetter> chosen) {
    return NotBuilt.yet();
  }

  /**
   * What became of the chosen.
   *
   * @param done how many are no longer among the dead letters
   * @param failed a sentence for each that could not be moved, with its id
   */
  public record Moved(int done, List<String> failed) {}
}
