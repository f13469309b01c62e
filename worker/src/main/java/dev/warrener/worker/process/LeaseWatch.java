package dev.warrener.worker.process;

/**
 * Kills the process if no frame of the controller has arrived for longer than the lease. The
 * controller may be frozen then, and the broker may have given its tasks to another one.
 */
final class LeaseWatch implements Runnable {
  /**
   * How long to wait before the second look, 100 ms. A process that was frozen may have read a
   * frame and not noted the time of the read yet; the channel then looks silent.
   */
  private static final long DOUBT_MILLIS = 100;

  private static final long NANOS_PER_MILLI = 1_000_000;

  private final long leaseMillis;
  private final IdleAwareInputStream channel;
  private final ProcessEnd end;

  LeaseWatch(long leaseMillis, IdleAwareInputStream channel, ProcessEnd end) {
    this.leaseMillis = leaseMillis;
    this.channel = channel;
    this.end = end;
  }

  @Override
  public void run() {
    boolean doubted = false;
    while (true) {
      long left = leaseMillis - channel.nanosSinceHeard() / NANOS_PER_MILLI;
      if (left > 0) {
        doubted = false;
        sleep(left);
      } else if (channel.hasUnread()) {
        // This process stood still, not the controller.
        doubted = false;
        sleep(1);
      } else if (!doubted) {
        doubted = true;
        sleep(DOUBT_MILLIS);
      } else {
        end.kill(
            "the controller has said nothing for "
                + leaseMillis
                + " ms, which is the lease; this worker ends");
        return;
      }
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      // Nothing interrupts this thread; if it happens, the clock is read again.
    }
  }
}
