package dev.warrener.producer;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The client's threads: one completes its futures, one watches the time. */
final class Callbacks implements Executor, AutoCloseable {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(task -> daemon("warrener-callbacks", task));
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, task -> daemon("warrener-timer", task));

  Callbacks() {
    timer.setRemoveOnCancelPolicy(true);
  }

  /** Runs a callback on the thread of callbacks; after closing, on the caller's. */
  @Override
  public void execute(Runnable callback) {
    try {
      thread.execute(callback);
    } catch (RejectedExecutionException e) {
      // Closed, and a late answer has come: the thread that brings it completes its future.
      callback.run();
    }
  }

  /** Runs a callback after a delay, and returns what undoes that. */
  Runnable later(Duration delay, Runnable callback) {
    try {
      var scheduled =
          timer.schedule(() -> execute(callback), delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> scheduled.cancel(false);
    } catch (RejectedExecutionException e) {
      // Closed meanwhile: close() has given the result up, or is about to.
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
