package dev.warrener.worker.process;

/**
 * Ends the process when its controller has been silent for longer than the lease: the controller
 * may be frozen, and another may already have been given its tasks.
 */
final class LeaseWatch implements Runnable {
  /**
   * Between a read and the note of it the channel looks silent, though it isn't; a thread that was
   * just thawed may take a moment from one to the other.
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
        // It was this process that stood still, not the controller.
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
      // Nobody has a reason to; look at the clock again.
    }
  }
}
