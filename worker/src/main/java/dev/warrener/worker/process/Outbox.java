package dev.warrener.worker.process;

import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The frames on their way to the controller, in the order in which they were posted. Thread-safe.
 *
 * <p>Whoever needs a frame to be out writes it, and all that wait with it, in one go; the rest is
 * written by a thread of the outbox. So a short task costs one write and no change of thread, and a
 * flood of lines is coalesced. One thread at a time writes, and it doesn't hold the monitor.
 */
final class Outbox implements Runnable {
  /** With that many bytes waiting, those who post wait, too. */
  private static final long FULL_BYTES = 1 << 20;

  private static final int BYTES_PER_FIELD = 16;

  private final FrameWriter writer;
  private final ProcessEnd end;

  // All guarded by the monitor.
  private List<Frame> waiting = new ArrayList<>();
  private long waitingBytes;
  private long posted;
  private long written;
  private boolean wanted;
  private boolean writing;

  /** How many threads wait in {@link #post} or {@link #flush}; the outbox's own isn't one. */
  private int waitingThreads;

  Outbox(FrameWriter writer, ProcessEnd end) {
    this.writer = writer;
    this.end = end;
  }

  /** Posts a frame, to be written soon; waits while the outbox is full. */
  void post(Frame frame) {
    boolean interrupted = false;
    synchronized (this) {
      while (waitingBytes >= FULL_BYTES) {
        interrupted |= await();
      }
      postAtOnce(frame);
    }
    Uninterruptibly.restore(interrupted);
  }

  /** Posts a frame, to be written soon, and never waits: for the thread that reads. */
  synchronized void postAtOnce(Frame frame) {
    postWithNext(frame);
    if (!wanted) {
      wanted = true;
      notifyAll();
    }
  }

  /** Posts a frame that may wait for the next; the caller will {@link #flush}. */
  synchronized void postWithNext(Frame frame) {
    // Nothing is called after the frame was added: a handler whose stack overflows in here must not
    // leave a frame that isn't counted.
    long bytes = sizeOf(frame);
    waiting.add(frame);
    waitingBytes += bytes;
    posted++;
  }

  /** Returns when the kernel has every frame that was posted before this call. */
  void flush() {
    long upTo = posted();
    boolean interrupted = false;
    while (true) {
      List<Frame> batch;
      synchronized (this) {
        if (written >= upTo) {
          break;
        }
        if (writing) {
          interrupted |= await();
          continue;
        }
        batch = takeWaiting();
      }
      write(batch);
    }
    Uninterruptibly.restore(interrupted);
  }

  /** Writes what nobody flushes, for as long as the process lives. */
  @Override
  public void run() {
    while (true) {
      List<Frame> batch;
      synchronized (this) {
        if (!wanted || writing) {
          Uninterruptibly.await(this);
          continue;
        }
        batch = takeWaiting();
      }
      write(batch);
    }
  }

  /** Called with the monitor. */
  private boolean await() {
    waitingThreads++;
    try {
      return Uninterruptibly.await(this);
    } finally {
      waitingThreads--;
    }
  }

  private synchronized long posted() {
    return posted;
  }

  /** Called with the monitor; {@link #write} must follow. */
  private List<Frame> takeWaiting() {
    List<Frame> batch = waiting;
    waiting = new ArrayList<>();
    waitingBytes = 0;
    wanted = false;
    writing = true;
    // Those for whom the outbox was full may go on: the next batch grows while this one is written,
    // so there are never more than two.
    if (waitingThreads > 0) {
      notifyAll();
    }
    return batch;
  }

  private void write(List<Frame> batch) {
    try {
      for (Frame frame : batch) {
        writer.write(frame);
      }
      writer.flush();
    } catch (IOException e) {
      end.kill();
    } catch (OutOfMemoryError e) {
      end.outOfMemory();
    } finally {
      synchronized (this) {
        writing = false;
        written += batch.size();
        // After a short task nobody waits, and the outbox's own thread is not woken for nothing.
        if (wanted || waitingThreads > 0) {
          notifyAll();
        }
      }
    }
  }

  /** What a frame takes, roughly: enough to bound memory by. */
  private static long sizeOf(Frame frame) {
    long bytes = BYTES_PER_FIELD + (long) frame.payload().length;
    for (Map.Entry<String, String> field : frame.header().entrySet()) {
      bytes += BYTES_PER_FIELD + field.getKey().length() + field.getValue().length();
    }
    return bytes;
  }
}
