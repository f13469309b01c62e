package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.Kernel;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the killer when a child of this process is dead, without taking its exit status: the killer
 * knows whether that is for it to take (what fell to the controller as subreaper) or for others.
 * Waits in the kernel; a native call that blocks holds up nothing else.
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

  /** This process has a new child: there may be dead ones from now on. */
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
          LOG.error("dead descendants of workers are no longer noticed: error {}", -pid);
          return;
        } else if (!stopped) {
          killer.childDied(pid);
          awaitGone(pid);
        }
      }
    } catch (InterruptedException e) {
      LOG.error("dead descendants of workers are no longer noticed: interrupted", e);
    }
  }

  /** The kernel would name the same child again until somebody has taken its exit status. */
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
