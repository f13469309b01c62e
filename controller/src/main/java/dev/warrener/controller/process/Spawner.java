package dev.warrener.controller.process;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that starts processes. It lives as long as any of them: the kernel sends a process
 * its parent-death signal when the <em>thread</em> that started it ends. Nothing that a task throws
 * ends it.
 */
final class Spawner implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Spawner.class);

  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private volatile boolean stopped;

  /** Has the thread do this after what it was given before. */
  void execute(Runnable task) {
    tasks.add(task);
  }

  /** Has the thread do this, and waits for it. */
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

  /** Ends the thread, and with it whatever it has started that still runs. */
  void stop() {
    tasks.add(() -> stopped = true);
  }

  @Override
  public void run() {
    while (!stopped) {
      try {
        tasks.take().run();
      } catch (InterruptedException e) {
        LOG.error("the spawner was interrupted; it goes on, since workers hang on it", e);
      } catch (Throwable e) {
        LOG.error("a process was not started", e);
      }
    }
  }
}
