package dev.warrener.worker.process;

/**
 * Kills the process if no frame of the controller has arrived for longer than the lease. The
 * controller may be frozen then, and the broker may have given its tasks to another one.
 */
final class LeaseWatch implements Runnable {
  /**
   * The wait before the second look, 100 ms. A process that was frozen may have read a
   * frame and not noted the time of the read yet; the channel then looks silent.
   */
  private static final long DOUBT_MILLIS = 100;

  /**
   * The wait before the second look after a suspension, 500 ms. Nobody can tell whether the
   * last frame came before or after it. The controller sends a frame at once when it notices the
   * suspension itself.
   */
  private static final long DOUBT_AFTER_SUSPENSION_MILLIS = 500;

  /** The interval between looks, and so the longest delay before a suspension is noticed. */
  private static final long LOOK_MILLIS = 1_000;

  private static final long NANOS_PER_MILLI = 1_000_000;

  private final long leaseMillis;
  private final IdleAwareInputStream channel;
  private final ProcessEnd end;
  private final SuspensionClock clock;

  // Owned by the thread.
  private long heardAt;

  /** The time that the host had been suspended when the last frame arrived, or shortly before. */
  private long suspendedWhenHeard;

  private long suspended;

  LeaseWatch(long leaseMillis, IdleAwareInputStream channel, ProcessEnd end) {
    this(leaseMillis, channel, end, new SuspensionClock());
  }

  LeaseWatch(
      long leaseMillis, IdleAwareInputStream channel, ProcessEnd end, SuspensionClock clock) {
    this.leaseMillis = leaseMillis;
    this.channel = channel;
    this.end = end;
    this.clock = clock;
  }

  @Override
  public void run() {
    boolean doubted = false;
    while (true) {
      long left = leaseMillis - nanosOfSilence() / NANOS_PER_MILLI;
      if (left > 0) {
        doubted = false;
        sleep(Math.min(left, LOOK_MILLIS));
      } else if (channel.hasUnread()) {
        // This process stood still, not the controller.
        doubted = false;
        sleep(1);
      } else if (!doubted) {
        doubted = true;
        sleep(suspended > suspendedWhenHeard ? DOUBT_AFTER_SUSPENSION_MILLIS : DOUBT_MILLIS);
      } else {
        end.kill(
            "the controller has said nothing for "
                + leaseMillis
                + " ms, which is the lease; this worker ends");
        return;
      }
    }
  }

  /** The time since the controller's last frame, with the time that the host was suspended. */
  private long nanosOfSilence() {
    long lastHeardAt = channel.heardAt();
    if (lastHeardAt != heardAt) {
      heardAt = lastHeardAt;
      suspendedWhenHeard = suspended;
    }
    suspended = clock.suspendedNanos();
    return channel.nanosSinceHeard() + suspended - suspendedWhenHeard;
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      // Nothing interrupts this thread; if it happens, the clock is read again.
    }
  }
}
