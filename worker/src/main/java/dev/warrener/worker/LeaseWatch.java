package dev.warrener.worker;

/**
 * Ends the process when its controller has been silent for longer than the lease: the controller
 * may be frozen, and another may already have been given its tasks.
 */
final class LeaseWatch implements Runnable {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final long leaseMillis;
  private final HeardStream channel;
  private final ProcessEnd end;

  LeaseWatch(long leaseMillis, HeardStream channel, ProcessEnd end) {
    this.leaseMillis = leaseMillis;
    this.channel = channel;
    this.end = end;
  }

  @Override
  public void run() {
    while (true) {
      long left = leaseMillis - channel.nanosSinceHeard() / NANOS_PER_MILLI;
      if (left > 0) {
        sleep(left);
      } else if (channel.hasUnread()) {
        // It was this process that stood still, not the controller.
        sleep(1);
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
      // Nobody has a reason to; look at the clock again.
    }
  }
}
