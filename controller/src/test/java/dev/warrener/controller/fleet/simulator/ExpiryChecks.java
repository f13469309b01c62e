package dev.warrener.controller.fleet.simulator;

import static dev.warrener.controller.fleet.simulator.Violation.require;

import dev.warrener.messaging.task.Task;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Judges that a task is not handed out before its time, nor after it: NOTHING_STARTS_TOO_LATE.
 * Clocks differ, and the contract says by whose clock the time counts. While a task waits at a
 * controller its time goes on, whatever happens to that clock.
 */
final class ExpiryChecks {
  private ExpiryChecks() {}

  /** A task is handed to a worker. */
  static void starts(Book book, Task task) {
    var key = book.deliveryOf(task);
    var delivered = key == null ? null : book.inHand.get(key);
    var received = key == null ? null : book.received.get(key);
    if (delivered == null || received == null) {
      return;
    }
    var end = end(delivered, received.shown());
    var shown = received.shownBy(book.home.simulation.now());
    require(
        delivered.notBefore() == null || !shown.isBefore(delivered.notBefore()),
        Check.NOTHING_STARTS_IN_A_HELD_SCOPE,
        task.id(),
        "starts before its time");
    require(
        end == null || !shown.isAfter(end),
        Check.NOTHING_STARTS_TOO_LATE,
        task.id(),
        "is handed out at",
        book.settings.controller(),
        "at",
        shown,
        "and has expired at",
        end);
  }

  /**
   * When a task expires: by the clock of its publisher if that can be right, and else as long after
   * its receipt as it was given.
   */
  private static @Nullable Instant end(Task task, Instant received) {
    if (task.expiresAt() != null || task.expiration() == null) {
      return task.expiresAt();
    }
    var latest = received.plus(task.expiration());
    var end = task.publishedAt() == null ? latest : task.publishedAt().plus(task.expiration());
    boolean canBeRight = end.isAfter(received) && !end.isAfter(latest);
    return canBeRight ? end : latest;
  }
}
