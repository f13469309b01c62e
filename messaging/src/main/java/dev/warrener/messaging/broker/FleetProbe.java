package dev.warrener.messaging.broker;

/**
 * Asks the broker itself for counts, by passive declares. From RabbitMQ 4.3 on that needs the
 * configure right on what is asked for. Not thread-safe.
 */
public final class FleetProbe {
  FleetProbe() {}

  /**
   * How many controllers listen for orders now: consumers of the armed queue.
   *
   * @throws NoSuchQueueException if the tripwire has been pulled, or there is no fleet
   */
  public int controllers() {
    return NotBuilt.yet();
  }

  /** Whether the armed queue is there. */
  public boolean armed() {
    return NotBuilt.yet();
  }

  /** How many controllers still run a process: consumers of the running queue. */
  public int running() {
    return NotBuilt.yet();
  }

  /**
   * Counts of one queue.
   *
   * @throws NoSuchQueueException if there is none of that name
   */
  public QueueDepth queue(String name) {
    return NotBuilt.yet();
  }

  /**
   * Counts.
   *
   * @param waiting tasks in the queue that no controller holds; on the embedded broker those that
   *     are held, too
   * @param retrying tasks in its retry queues
   * @param dead tasks among its dead letters
   * @param consumers controllers that take tasks from it now
   */
  public record QueueDepth(long waiting, long retrying, long dead, int consumers) {}

  /**
   * Pulls the tripwire: deletes the armed queue. Every controller kills all, requeues and holds.
   *
   * @return how many controllers were listening to it
   * @throws UnsupportedOperationException on the embedded broker, which tells nobody
   * @throws NoSuchQueueException if it has been pulled before
   */
  public int pullTripwire() {
    return NotBuilt.yet();
  }
}
