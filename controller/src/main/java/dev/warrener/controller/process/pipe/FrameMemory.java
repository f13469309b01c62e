package dev.warrener.controller.process.pipe;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;

/**
 * The memory for large frames of workers, and for the results that came in them until they are
 * published. A frame for which there is no room is not read until there is: its worker waits in the
 * middle of it, and nobody else. So no number of workers can use up the controller's heap by what
 * they return. Thread-safe.
 */
public final class FrameMemory {
  /** Frames of fewer bytes are not counted: 64 KiB. */
  public static final int SMALL_BYTES = 64 * 1024;

  /**
   * The divisor of the heap: one eighth of it is for frames. A result is in memory up to five times
   * while it is read, encoded and published.
   */
  private static final int HEAP_DIVISOR = 8;

  /** The least memory, 1 MiB, for a heap of less than 8 MiB. */
  private static final long LEAST_BYTES = 1 << 20;

  /** The longest that an unfinished frame may stand still while others wait for its memory. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final long most;
  private final long patienceNanos;

  // Guarded by this.
  private long used;
  private final Set<Incoming> incoming = new HashSet<>();
  private final Queue<Runnable> waiting = new ArrayDeque<>();

  /** Makes a memory of that many bytes. */
  public FrameMemory(long most) {
    this(most, PATIENCE);
  }

  /** Makes a memory of that many bytes, with another time limit for stalled frames. */
  public FrameMemory(long most, Duration patience) {
    this.most = most;
    this.patienceNanos = patience.toNanos();
  }

  /** Returns the memory that suits this VM's heap. */
  public static FrameMemory ofHeap() {
    return new FrameMemory(Math.max(LEAST_BYTES, Runtime.getRuntime().maxMemory() / HEAP_DIVISOR));
  }

  /** Returns the size of the largest frame that may be read. */
  public long mostBytes() {
    return most;
  }

  /** A large frame that is being read. */
  public final class Incoming {
    private final Runnable stalled;

    /** Read without the lock to see that there is nothing to give back, after each small frame. */
    private volatile long bytes;

    private long progressAt;

    /**
     * Prepares for the frames of one worker.
     *
     * @param stalled called when others wait for the memory of a frame that doesn't go on
     */
    public Incoming(Runnable stalled) {
      this.stalled = stalled;
    }

    /**
     * Takes the memory for a frame, unless it is taken already.
     *
     * @param roomAgain called once when memory has become free, if this method returned false
     * @return whether there is room
     */
    public boolean begin(long frameBytes, Runnable roomAgain) {
      synchronized (FrameMemory.this) {
        progressAt = System.nanoTime();
        if (bytes > 0) {
          return true;
        }
        if (used > 0 && used + frameBytes > most) {
          waiting.add(roomAgain);
          return false;
        }
        bytes = frameBytes;
        used += frameBytes;
        incoming.add(this);
        return true;
      }
    }

    /** Gives the memory back: the frame is read, or never will be. */
    public void end() {
      if (bytes == 0) {
        return;
      }
      long held;
      synchronized (FrameMemory.this) {
        held = bytes;
        bytes = 0;
        incoming.remove(this);
      }
      give(held);
    }
  }

  /** Counts bytes that are already in memory, even beyond the limit. */
  public synchronized void take(long bytes) {
    used += bytes;
  }

  /** Gives memory back. */
  public void give(long bytes) {
    if (bytes == 0) {
      return;
    }
    Queue<Runnable> again;
    synchronized (this) {
      used -= bytes;
      again = new ArrayDeque<>(waiting);
      waiting.clear();
    }
    again.forEach(Runnable::run);
  }

  /**
   * Ends the frames that stand still while others wait for their memory. To be called regularly.
   */
  public void endStalled() {
    var stalled = new ArrayDeque<Incoming>();
    synchronized (this) {
      if (waiting.isEmpty()) {
        return;
      }
      long now = System.nanoTime();
      for (var one : incoming) {
        if (now - one.progressAt > patienceNanos) {
          stalled.add(one);
        }
      }
    }
    stalled.forEach(one -> one.stalled.run());
  }
}
