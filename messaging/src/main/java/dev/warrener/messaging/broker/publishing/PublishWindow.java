package dev.warrener.messaging.broker.publishing;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bounds the messages that are published and not answered yet, by number and by bytes. A message
 * that finds no room waits in line: first come, first served, or small messages would overtake a
 * large one for ever. One message alone may have more bytes than the limit. Thread-safe.
 */
public final class PublishWindow {
  private final int limit;
  private final long byteLimit;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private final ArrayDeque<Object> line = new ArrayDeque<>();
  private int messages;
  private long bytes;
  private boolean closed;

  /**
   * Makes an empty window.
   *
   * @param limit the most messages
   * @param byteLimit the most bytes of all messages together
   */
  public PublishWindow(int limit, long byteLimit) {
    this.limit = limit;
    this.byteLimit = byteLimit;
  }

  /**
   * Takes room for a message of {@code size} bytes. Waits for room for at most {@code patience},
   * and returns false if there was none.
   */
  public boolean enter(long size, Duration patience) throws InterruptedException {
    long left = patience.toNanos();
    lock.lockInterruptibly();
    try {
      boolean free = (line.isEmpty() && hasRoom(size)) || (left > 0 && awaitTurn(size, left));
      if (free) {
        take(size);
      }
      return free;
    } finally {
      lock.unlock();
    }
  }

  /** Waits in line for room. The lock is held. */
  private boolean awaitTurn(long size, long nanos) throws InterruptedException {
    var place = new Object();
    long left = nanos;
    line.addLast(place);
    try {
      while (!closed && (!place.equals(line.getFirst()) || !hasRoom(size))) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      line.remove(place);
      changed.signalAll();
    }
  }

  private boolean hasRoom(long size) {
    return closed || (messages < limit && (messages == 0 || bytes + size <= byteLimit));
  }

  private void take(long size) {
    messages++;
    bytes += size;
  }

  /** Takes room even if there is none: for the few messages that must not wait behind others. */
  public void force(long size) {
    lock.lock();
    try {
      take(size);
    } finally {
      lock.unlock();
    }
  }

  /** Gives back the room of a message of {@code size} bytes. */
  public void leave(long size) {
    lock.lock();
    try {
      messages--;
      bytes -= size;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Returns the number of messages that have room now. */
  public int messages() {
    lock.lock();
    try {
      return messages;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until no message has room. Returns false if one still has when the time is up. */
  public boolean awaitEmpty(Duration patience) throws InterruptedException {
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

  /** Gives room to every message that waits or comes later. Its owner then turns it away. */
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
