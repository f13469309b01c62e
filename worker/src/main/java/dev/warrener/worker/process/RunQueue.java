package dev.warrener.worker.process;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The runs that wait for the main thread, and the current run. The thread that reads frames adds
 * and cancels runs; the main thread takes them. Thread-safe.
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

  /** Starts no more runs; the current one goes on. */
  synchronized void stop() {
    stopping = true;
    notifyAll();
  }

  /**
   * Cancels a run. If it is the current one, it is marked as cancelled and the main thread is
   * interrupted. If it waits, it is removed.
   *
   * @return the run that was removed and will never start, or null
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
   * Removes a run that waits. A run that has started goes on.
   *
   * @return the run that was removed and will never start, or null
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

  /** Waits for the next run and makes it the current one. Returns null after {@link #stop}. */
  synchronized @Nullable Run next() {
    while (waiting.isEmpty() && !stopping) {
      // No run is current here, so an interruption is a leftover of an earlier handler.
      Uninterruptibly.await(this);
    }
    if (stopping) {
      return null;
    }
    current = waiting.remove();
    return current;
  }

  /** Has the current run send its last progress report, if it has not. */
  synchronized void sendProgress() {
    if (current != null) {
      current.sendProgress();
    }
  }

  /** Notes the end of the current run: no cancellation interrupts the main thread any more. */
  synchronized void ended() {
    current = null;
  }
}
