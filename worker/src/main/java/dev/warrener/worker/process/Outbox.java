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
 * <p>A thread that calls {@link #flush} writes all waiting frames itself, in one call. A thread of
 * the outbox writes the frames that nobody flushes. So a short task needs one write and no switch
 * of threads, and many log lines go out together. One thread at a time writes, without holding the
 * monitor.
 */
final class Outbox implements Runnable {
  /** The number of waiting bytes from which {@link #post} blocks: 1 MiB. */
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

  /** The number of threads that wait in {@link #post} or {@link #flush}. */
  private int waitingThreads;

  Outbox(FrameWriter writer, ProcessEnd end) {
    this.writer = writer;
    this.end = end;
  }

  /** Posts a frame, to be written soon. Blocks while the outbox is full. */
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

  /**
   * Posts a frame, to be written soon. Never blocks, so the thread that reads frames can call it.
   */
  synchronized void postAtOnce(Frame frame) {
    postWithNext(frame);
    if (!wanted) {
      wanted = true;
      notifyAll();
    }
  }

  /** Posts a frame that may wait until the caller calls {@link #flush}. */
  synchronized void postWithNext(Frame frame) {
    // No method is called after the frame was added. Otherwise a stack overflow of the handler in
    // here could leave a frame that is not counted.
    long bytes = sizeOf(frame);
    waiting.add(frame);
    waitingBytes += bytes;
    posted++;
  }

  /** Writes all posted frames. Returns when the pipe has them. */
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

  /** Writes the frames that nobody flushes, as long as the process lives. */
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
    // Threads that found the outbox full may go on. The next batch grows while this one is written,
    // so memory holds two batches at most.
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
        // After a short task no thread waits, and the outbox's own thread need not be woken.
        if (wanted || waitingThreads > 0) {
          notifyAll();
        }
      }
    }
  }

  /** Returns roughly the memory that a frame takes. */
  private static long sizeOf(Frame frame) {
    long bytes = BYTES_PER_FIELD + (long) frame.payload().length;
    for (Map.Entry<String, String> field : frame.header().entrySet()) {
      bytes += BYTES_PER_FIELD + field.getKey().length() + field.getValue().length();
    }
    return bytes;
  }
}
