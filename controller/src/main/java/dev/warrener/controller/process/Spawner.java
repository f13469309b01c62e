package dev.warrener.controller.process;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that starts processes. It lives as long as any of them, because the kernel sends a
 * process its parent-death signal when the <em>thread</em> that started it ends. An exception in a
 * task does not end it.
 */
final class Spawner implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Spawner.class);

  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private volatile boolean stopped;

  /** Runs a task on the thread, after the tasks before it. */
  void execute(Runnable task) {
    tasks.add(task);
  }

  /** Runs a task on the thread and waits for its result. */
  <T> T call(Callable<T> task) throws InterruptedException {
    var future = new FutureTask<>(task);
    tasks.add(future);
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Ends the thread, and by the parent-death signal every process it started that still runs. */
  void stop() {
    tasks.add(() -> stopped = true);
  }

  @Override
  public void run() {
    while (!stopped) {
      try {
        tasks.take().run();
      } catch (InterruptedException e) {
        LOG.error(
            "the spawner was interrupted; it goes on, because workers die with its thread", e);
      } catch (RuntimeException e) {
        LOG.error("a bug: a task of the spawner failed", e);
      }
    }
  }
}
