package dev.warrener.messaging.broker.publishing;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Room for messages that are published and not answered for yet: by number and by bytes.
 * Thread-safe.
 */
final class PublishWindow {
  private final int limit;
  private final long byteLimit;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private int messages;
  private long bytes;
  private boolean closed;

  PublishWindow(int limit, long byteLimit) {
    this.limit = limit;
    this.byteLimit = byteLimit;
  }

  /**
   * Takes room for one message; waits for it for at most {@code patience}. False if none was free.
   */
  boolean enter(long size, Duration patience) throws InterruptedException {
    long left = patience.toNanos();
    lock.lockInterruptibly();
    try {
      while (!closed && isFullFor(size)) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      messages++;
      bytes += size;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Takes room also if there is none: for the few messages that must not wait behind others. */
  void force(long size) {
    lock.lock();
    try {
      messages++;
      bytes += size;
    } finally {
      lock.unlock();
    }
  }

  /** One message alone may have more bytes than the limit. */
  private boolean isFullFor(long size) {
    return messages >= limit || (messages > 0 && bytes + size > byteLimit);
  }

  void leave(long size) {
    lock.lock();
    try {
      messages--;
      bytes -= size;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  int messages() {
    lock.lock();
    try {
      return messages;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until there is no message; false if there still is one when the time is up. */
  boolean awaitEmpty(Duration patience) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = patience.toNanos();
      while (messages > 0) {
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

  /** Lets those who wait for room go on; whoever enters from now on is turned away by the owner. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
