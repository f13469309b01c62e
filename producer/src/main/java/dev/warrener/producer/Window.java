package dev.warrener.producer;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Room for a number of tasks and of their bytes: who finds none waits in line. One task alone may
 * have more bytes than there is room for. Thread-safe.
 */
final class Window {
  private final int limit;
  private final long byteLimit;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** First come, first served: else small tasks would pass by a large one for ever. */
  private final ArrayDeque<Long> line = new ArrayDeque<>();

  private long lastPlace;
  private int count;
  private long bytes;

  Window(int limit, long byteLimit) {
    this.limit = limit;
    this.byteLimit = byteLimit;
  }

  /** Waits for room and takes it; false if there was none within {@code timeout}. */
  boolean enter(long size, Duration timeout) throws InterruptedException {
    long place = 0;
    long left = timeout.toNanos();
    lock.lockInterruptibly();
    try {
      place = ++lastPlace;
      line.addLast(place);
      while (line.getFirst() != place || !hasRoom(size)) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      count++;
      bytes += size;
      return true;
    } finally {
      line.remove(place);
      changed.signalAll();
      lock.unlock();
    }
  }

  void leave(long size) {
    lock.lock();
    try {
      count--;
      bytes -= size;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  int count() {
    lock.lock();
    try {
      return count;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until it is empty; false if it was not within {@code timeout}. */
  boolean awaitEmpty(Duration timeout) throws InterruptedException {
    long left = timeout.toNanos();
    lock.lockInterruptibly();
    try {
      while (count > 0) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean hasRoom(long size) {
    return count < limit && (count == 0 || bytes + size <= byteLimit);
  }
}
