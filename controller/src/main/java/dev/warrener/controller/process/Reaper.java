package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.Kernel;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Notifies the killer when a child of this process is dead, without taking the exit status. The
 * killer knows whether the status is its own to take (of a process that fell to the controller as
 * subreaper) or another's. Waits in the kernel; a blocking native call holds up nothing else.
 *
 * <p>A child that stays dead for seconds is nobody's: as process 1 of a container the controller
 * inherits the orphans of what was run there from outside ({@code docker exec}). The killer takes
 * the exit status of those, too.
 */
final class Reaper implements Runnable {
  private static final String LOST = "the deaths of workers' descendants are no longer noticed";
  private static final long FIRST_PAUSE_NANOS = 200_000;
  private static final long LONGEST_PAUSE_NANOS = 500_000_000;

  /**
   * The number of looks, 0.5 s apart, after which a dead child is taken for one that nobody waits
   * for: the JDK takes the status of its own within milliseconds. Looks are counted and not time,
   * because time passes also while this process stands still.
   */
  private static final int LOOKS_FOR_A_PARENT = 4;

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
          throw new Error(LOST + ": waitid failed with error " + -pid);
        } else if (!stopped) {
          killer.childDied(pid);
          awaitGone(pid);
        }
      }
    } catch (InterruptedException e) {
      throw new Error(LOST + ": the thread was interrupted", e);
    }
  }

  /** Waits a little: the kernel names the same child again until its exit status is taken. */
  private void awaitGone(long pid) throws InterruptedException {
    int looks = 0;
    for (long pause = FIRST_PAUSE_NANOS;
        !stopped && Kernel.isDeadChild(pid);
        pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS)) {
      TimeUnit.NANOSECONDS.sleep(pause);
      if (pause == LONGEST_PAUSE_NANOS) {
        killer.childDied(pid);
        looks++;
        if (looks >= LOOKS_FOR_A_PARENT) {
          killer.childUnclaimed(pid);
        }
      }
    }
  }
}
