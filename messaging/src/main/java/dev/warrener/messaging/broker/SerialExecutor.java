package dev.warrener.messaging.broker;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks one after the other, in the order in which they were given, on one named platform
 * thread. The thread is a daemon and runs from the start, so that no task waits for it. What a task
 * throws is logged and does not affect the others; an error is told, too ({@link Errors}). The
 * number of waiting tasks is not limited: whoever uses an executor bounds it.
 *
 * <p>Thread-safe.
 */
public final class SerialExecutor implements Executor, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SerialExecutor.class);

  private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();
  private final Thread thread;

  /** Whether the thread ends when no task waits any more. */
  private volatile boolean finishing;

  /** Whether the thread ends after the task that it runs. */
  private volatile boolean closed;

  /** Starts a thread with that name. */
  public SerialExecutor(String name) {
    thread = new Thread(this::run, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Runs a task after those that wait. It is dropped if the thread has ended. */
  @Override
  public void execute(Runnable task) {
    waiting.add(task);
    if (!thread.isAlive()) {
      waiting.clear();
    }
  }

  private void run() {
    while (!closed && !(finishing && waiting.isEmpty())) {
      try {
        var task = waiting.take();
        task.run();
      } catch (InterruptedException e) {
        // Either this is being closed, or a task has left its thread interrupted.
        LOG.debug("thread {} was interrupted", thread.getName());
      } catch (RuntimeException e) {
        LOG.error("a bug on thread {}", thread.getName(), e);
      } catch (Error e) {
        Errors.tell(e);
        LOG.error("an error on thread {}", thread.getName(), e);
      }
    }
  }

  /**
   * Waits until the tasks that wait now have been run. Returns false if they were not within {@code
   * limit}.
   */
  public boolean awaitIdle(Duration limit) throws InterruptedException {
    var reached = new CountDownLatch(1);
    execute(reached::countDown);
    return reached.await(Math.max(0, limit.toNanos()), TimeUnit.NANOSECONDS);
  }

  /**
   * Runs the tasks that wait and ends the thread. Waits for that for at most {@code limit}; on the
   * executor's own thread it does not wait. Returns false if the thread has not ended by then: it
   * goes on until no task waits, or until {@link #close()}.
   */
  public boolean finish(Duration limit) {
    finishing = true;
    waiting.add(() -> {});
    if (Thread.currentThread().equals(thread)) {
      return false;
    }
    try {
      thread.join(Math.max(1, limit.toMillis()));
      return !thread.isAlive();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Runs the tasks that wait, for at most {@code limit}, and then ends as {@link #close()} does. On
   * the executor's own thread, or when the caller is interrupted, it lets them be run afterwards.
   */
  public void close(Duration limit) {
    if (!finish(limit)
        && !Thread.currentThread().equals(thread)
        && !Thread.currentThread().isInterrupted()) {
      close();
    }
  }

  /** Interrupts the task that runs, drops the tasks that wait, and ends the thread. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
