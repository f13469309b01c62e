package dev.warrener.messaging.broker;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One platform thread that calls listeners, one call after the other. What a listener throws is
 * logged and changes nothing. After {@link #close} calls are dropped.
 */
public final class SingleThread {
  private static final Logger LOG = LoggerFactory.getLogger(SingleThread.class);

  private final ExecutorService executor;
  private volatile long threadId = -1;

  public SingleThread(String name) {
    var factory = Connecting.daemon("broker-" + name);
    this.executor =
        Executors.newSingleThreadExecutor(task ->
            factory.newThread(() -> {
              threadId = Thread.currentThread().getId();
              task.run();
            }));
  }

  public void execute(Runnable call) {
    try {
      executor.execute(() -> run(call));
    } catch (RejectedExecutionException e) {
      LOG.debug("closed");
    }
  }

  private static void run(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      LOG.error("a listener failed", e);
    }
  }

  boolean isCurrent() {
    return Thread.currentThread().getId() == threadId;
  }

  /** Waits until the calls that wait now have been made; false if they were not in time. */
  public boolean awaitIdle(Duration limit) throws InterruptedException {
    var reached = new CountDownLatch(1);
    execute(reached::countDown);
    return reached.await(Math.max(0, limit.toNanos()), TimeUnit.NANOSECONDS);
  }

  /** Lets the calls that wait be made, for at most {@code limit}. */
  public void close(Duration limit) {
    executor.shutdown();
    if (!isCurrent()) {
      try {
        if (!executor.awaitTermination(limit.toMillis(), TimeUnit.MILLISECONDS)) {
          executor.shutdownNow();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
