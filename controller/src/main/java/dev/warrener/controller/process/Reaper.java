package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.Kernel;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notifies the killer when a child of this process is dead, without taking the exit status. The
 * killer knows whether the status is its own to take (of a process that fell to the controller as
 * subreaper) or another's. Waits in the kernel; a blocking native call holds up nothing else.
 */
final class Reaper implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Reaper.class);
  private static final long FIRST_PAUSE_NANOS = 200_000;
  private static final long LONGEST_PAUSE_NANOS = 500_000_000;

  private final Killer killer;
  private final Semaphore childStarted = new Semaphore(0);
  private volatile boolean stopped;

  Reaper(Killer killer) {
    this.killer = killer;
  }

  /** Wakes the thread, because this process has a new child. */
  void childStarted() {
    childStarted.release();
  }

  /** Ends the thread at the next death of a child, or at once if there is no child. */
  void stop() {
    stopped = true;
    childStarted.release();
  }

  @Override
  public void run() {
    try {
      while (!stopped) {
        long pid = Kernel.awaitDeadChild();
        if (pid == -Kernel.ECHILD) {
          childStarted.acquire();
          childStarted.drainPermits();
        } else if (pid < 0) {
          LOG.error(
              "dead descendants of workers are no longer reaped: waitid failed with error {}",
              -pid);
          return;
        } else if (!stopped) {
          killer.childDied(pid);
          awaitGone(pid);
        }
      }
    } catch (InterruptedException e) {
      LOG.error("dead descendants of workers are no longer reaped: the thread was interrupted", e);
    }
  }

  /** Waits a little: the kernel names the same child again until its exit status is taken. */
  private void awaitGone(long pid) throws InterruptedException {
    for (long pause = FIRST_PAUSE_NANOS;
        !stopped && Kernel.isDeadChild(pid);
        pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS)) {
      TimeUnit.NANOSECONDS.sleep(pause);
      if (pause == LONGEST_PAUSE_NANOS) {
        killer.childDied(pid);
      }
    }
  }
}
