package dev.warrener.worker;

import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The frames on their way to the controller, in the order in which they were posted. Thread-safe.
 *
 * <p>Whoever needs a frame to be out writes it, and all that wait with it, in one go; the rest is
 * written by a thread of the outbox. So a short task costs one write and no change of thread, and a
 * flood of lines is coalesced. Frames are written while the lock is free, by one thread at a time.
 */
final class Outbox implements Runnable {
  /** With that many bytes waiting, those who post wait, too. */
  private static final long FULL_BYTES = 1 << 20;

  private static final int BYTES_PER_FIELD = 16;

  private final FrameWriter writer;
  private final ProcessEnd end;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // All guarded by the lock.
  private List<Frame> waiting = new ArrayList<>();
  private long waitingBytes;
  private long posted;
  private long written;
  private boolean wanted;
  private boolean writing;

  Outbox(FrameWriter writer, ProcessEnd end) {
    this.writer = writer;
    this.end = end;
  }

  /** Posts a frame, to be written soon; waits while the outbox is full. */
  void post(Frame frame) {
    lock.lock();
    try {
      while (waitingBytes >= FULL_BYTES) {
        changed.awaitUninterruptibly();
      }
      add(frame);
      want();
    } finally {
      lock.unlock();
    }
  }

  /** Posts a frame, to be written soon, and never waits: for the thread that reads. */
  void postAtOnce(Frame frame) {
    lock.lock();
    try {
      add(frame);
      want();
    } finally {
      lock.unlock();
    }
  }

  /** Posts a frame that may wait for the next; the caller will {@link #flush}. */
  void postWithNext(Frame frame) {
    lock.lock();
    try {
      add(frame);
    } finally {
      lock.unlock();
    }
  }

  /** Returns when the kernel has every frame that was posted before this call. */
  void flush() {
    lock.lock();
    try {
      long upTo = posted;
      while (written < upTo) {
        if (writing) {
          changed.awaitUninterruptibly();
        } else {
          writeWaiting();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Writes what nobody flushes, for as long as the process lives. */
  @Override
  public void run() {
    lock.lock();
    try {
      while (true) {
        if (wanted && !writing) {
          writeWaiting();
        } else {
          changed.awaitUninterruptibly();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void add(Frame frame) {
    waiting.add(frame);
    waitingBytes += sizeOf(frame);
    posted++;
  }

  private void want() {
    if (!wanted) {
      wanted = true;
      changed.signalAll();
    }
  }

  /** Called with the lock, which is free while the frames are being written. */
  private void writeWaiting() {
    List<Frame> batch = waiting;
    long upTo = posted;
    waiting = new ArrayList<>();
    waitingBytes = 0;
    wanted = false;
    writing = true;
    // Those who wait because the outbox was full may go on: the next batch grows while this one is
    // written, so that there are never more than two of them.
    changed.signalAll();
    lock.unlock();
    try {
      for (Frame frame : batch) {
        writer.write(frame);
      }
      writer.flush();
    } catch (IOException e) {
      end.kill();
    } finally {
      lock.lock();
      writing = false;
      written = upTo;
      changed.signalAll();
    }
  }

  /** What a frame takes, roughly: enough to bound memory by. */
  private static long sizeOf(Frame frame) {
    long bytes = frame.payload().length;
    for (Map.Entry<String, String> field : frame.header().entrySet()) {
      bytes += BYTES_PER_FIELD + field.getKey().length() + field.getValue().length();
    }
    return bytes;
  }
}
