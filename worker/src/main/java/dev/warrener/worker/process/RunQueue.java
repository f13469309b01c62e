package dev.warrener.worker.process;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The runs that wait for the main thread, and the one that it is at. The thread that reads frames
 * adds, cancels and stops; the main thread takes. Thread-safe.
 */
final class RunQueue {
  private final Thread mainThread;

  // All guarded by the monitor.
  private final Queue<Run> waiting = new ArrayDeque<>();
  private @Nullable Run current;
  private boolean stopping;

  RunQueue(Thread mainThread) {
    this.mainThread = mainThread;
  }

  synchronized void add(Run run) {
    waiting.add(run);
    notifyAll();
  }

  /** Lets nothing more begin. */
  synchronized void stop() {
    stopping = true;
    notifyAll();
  }

  /**
   * Cancels a run. The current one is told so, and the main thread is interrupted; one that waits
   * is taken out.
   *
   * @return the run that was taken out and now will never start; null if there was none
   */
  synchronized @Nullable Run cancel(String task, long attempt, String reason) {
    if (current != null && current.is(task, attempt)) {
      current.cancel(reason);
      mainThread.interrupt();
      return null;
    }
    return recall(task, attempt);
  }

  /**
   * Takes out a run that waits; one that has begun goes on.
   *
   * @return the run that was taken out and now will never start; null if there was none
   */
  synchronized @Nullable Run recall(String task, long attempt) {
    for (Iterator<Run> runs = waiting.iterator(); runs.hasNext(); ) {
      Run run = runs.next();
      if (run.is(task, attempt)) {
        runs.remove();
        return run;
      }
    }
    return null;
  }

  /** Whether {@link #next} would wait. */
  synchronized boolean isIdle() {
    return waiting.isEmpty() && !stopping;
  }

  /** Waits for the next run and makes it the current one; null when there is to be none. */
  synchronized @Nullable Run next() {
    while (waiting.isEmpty() && !stopping) {
      // Nobody is cancelled here, so an interruption is what some handler has left behind.
      Uninterruptibly.await(this);
    }
    if (stopping) {
      return null;
    }
    current = waiting.remove();
    return current;
  }

  /** Says that the current run is over: from here on no cancellation reaches the main thread. */
  synchronized void ended() {
    current = null;
  }
}
