package dev.warrener.worker;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The runs that wait for the main thread, and the one that it is at. The thread that reads frames
 * adds, cancels and stops; the main thread takes.
 */
final class RunQueue {
  private final Thread mainThread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // All guarded by the lock.
  private final Queue<Run> waiting = new ArrayDeque<>();
  private @Nullable Run current;
  private boolean stopping;

  RunQueue(Thread mainThread) {
    this.mainThread = mainThread;
  }

  void add(Run run) {
    lock.lock();
    try {
      waiting.add(run);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Lets nothing more begin. */
  void stop() {
    lock.lock();
    try {
      stopping = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Cancels a run. The current one is told so, and the main thread is interrupted; one that waits
   * is taken out.
   *
   * @return the run that was taken out and now will never start; null if there was none
   */
  @Nullable Run cancel(String task, long attempt, String reason) {
    lock.lock();
    try {
      Run running = current;
      if (running != null && running.is(task, attempt)) {
        running.cancel(reason);
        mainThread.interrupt();
        return null;
      }
      for (Iterator<Run> runs = waiting.iterator(); runs.hasNext(); ) {
        Run run = runs.next();
        if (run.is(task, attempt)) {
          runs.remove();
          return run;
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** Whether {@link #next} would wait. */
  boolean isIdle() {
    lock.lock();
    try {
      return waiting.isEmpty() && !stopping;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the next run and makes it the current one; null when there is to be none. */
  @Nullable Run next() {
    lock.lock();
    try {
      while (waiting.isEmpty() && !stopping) {
        changed.awaitUninterruptibly();
      }
      if (stopping) {
        return null;
      }
      current = waiting.remove();
      return current;
    } finally {
      lock.unlock();
    }
  }

  /** Says that the current run is over: from here on no cancellation reaches the main thread. */
  void ended() {
    lock.lock();
    try {
      current = null;
    } finally {
      lock.unlock();
    }
  }
}
