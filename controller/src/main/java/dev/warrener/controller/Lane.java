package dev.warrener.controller;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One named platform thread that does what it is given, in order. What waits is bounded by what a
 * controller holds: the tasks that were delivered to it.
 */
final class Lane implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

  private final LinkedBlockingQueue<Runnable> work = new LinkedBlockingQueue<>();
  private final Thread thread;
  private volatile boolean closed;

  Lane(String name) {
    thread = Thread.ofPlatform().name(name).daemon().start(this::run);
  }

  void add(Runnable piece) {
    work.add(piece);
  }

  private void run() {
    while (!closed || !work.isEmpty()) {
      try {
        var piece = work.poll(1, TimeUnit.SECONDS);
        if (piece != null) {
          piece.run();
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.error("a bug on thread {}", thread.getName(), e);
      }
    }
  }

  /** Does what waits, for at most that long, and ends. */
  boolean finish(Duration timeout) {
    closed = true;
    add(() -> {});
    try {
      return thread.join(timeout);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
