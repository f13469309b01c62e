package dev.warrener.producer;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The client's two threads: one completes futures, the other runs timers. Neither is a {@code
 * SerialExecutor}: that drops what comes after its close, and a future must be completed even then.
 */
final class Callbacks implements Executor, AutoCloseable {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(task -> daemon("warrener-callbacks", task));
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, task -> daemon("warrener-timer", task));

  Callbacks() {
    timer.setRemoveOnCancelPolicy(true);
  }

  /** Runs a callback on the thread of callbacks; after {@link #close}, on the caller's thread. */
  @Override
  public void execute(Runnable callback) {
    try {
      thread.execute(callback);
    } catch (RejectedExecutionException e) {
      // Closed. The thread with the late answer completes the future itself.
      callback.run();
    }
  }

  /** Runs a callback after a delay. Returns an action that cancels it. */
  Runnable later(Duration delay, Runnable callback) {
    try {
      var scheduled =
          timer.schedule(() -> execute(callback), delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> scheduled.cancel(false);
    } catch (RejectedExecutionException e) {
      // Closed meanwhile. WarrenerClient.close() fails the future of the result.
      return () -> {};
    }
  }

  ScheduledExecutorService timer() {
    return timer;
  }

  @Override
  public void close() {
    timer.shutdownNow();
    thread.shutdown();
  }

  private static Thread daemon(String name, Runnable task) {
    var thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
