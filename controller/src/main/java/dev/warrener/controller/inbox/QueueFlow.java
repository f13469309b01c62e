package dev.warrener.controller.inbox;

/**
 * Knows whether the broker hands the tasks of a queue out as they come, to one consumer. It does if
 * it could have handed out more for a while and had nothing, and from then on for as long as it is
 * never kept from handing out the next one. Thread-safe.
 */
final class QueueFlow {
  /** The time after which a queue that hands nothing out is empty: a second. */
  static final long QUIET_NANOS = 1_000_000_000;

  /** How much longer that time is for a new consumer: a broker may begin slowly. */
  static final long BEGINNING_NANOS = 4 * QUIET_NANOS;

  /** How many deliveries may be unsettled; guarded by this. */
  private int most;

  /** How many deliveries are not settled; guarded by this. */
  private int unsettled;

  /** Since when nothing has come that could have come; guarded by this. */
  private long quietSince;

  /** Whether each task comes as soon as it is published; guarded by this. */
  private boolean flows;

  /**
   * Begins with a new consumer.
   *
   * @param most how many deliveries may be unsettled
   * @param now the time in nanoseconds, by a clock that never jumps
   */
  QueueFlow(int most, long now) {
    this.most = most;
    this.quietSince = now + BEGINNING_NANOS;
  }

  /**
   * Another consumer begins beside the others, which keep what they have.
   *
   * @param nextMost how many deliveries may be unsettled from now on
   */
  synchronized void grow(int nextMost, long now) {
    most = nextMost;
    quietSince = now + BEGINNING_NANOS;
    flows = false;
  }

  /** Notes a delivery; returns whether its task has not waited in the queue. */
  synchronized boolean delivered(long now) {
    if (now - quietSince >= QUIET_NANOS && unsettled < most) {
      flows = true;
    }
    boolean isFresh = flows;
    unsettled++;
    quietSince = now;
    if (unsettled >= most) {
      flows = false;
    }
    return isFresh;
  }

  /** Notes that a delivery is settled. */
  synchronized void settled(long now) {
    if (unsettled >= most) {
      quietSince = now;
    }
    unsettled--;
  }
}
