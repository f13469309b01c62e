package dev.warrener.controller.process.pipe;

import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.Pipes;
import dev.warrener.controller.process.linux.Poller;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller's end of a pipe that a worker writes to. Reads on a poller's thread what arrives,
 * up to the end of the pipe. While the sink takes no more, the pipe is not watched: then the worker
 * waits, and nobody else. All methods but {@link #ready} may be called from any thread.
 */
public final class PipeReader implements Poller.Watched {
  private static final Logger LOG = LoggerFactory.getLogger(PipeReader.class);

  /** Receives the bytes. */
  public interface Sink {

    /**
     * Takes the first {@code count} bytes of {@code buffer}, which is reused after the call.
     *
     * @return whether to read on; if not, nothing is read until {@link PipeReader#readOn}
     */
    boolean take(byte[] buffer, int count);

    /** The pipe has ended. Called once, and not if the reader was closed before. */
    void ended();
  }

  private final int descriptor;
  private final Poller poller;
  private final Sink sink;
  private final int mostBytes;

  // All guarded by this.
  private long token;
  private boolean isPaused;

  /** Whether {@link #readOn} was called since the sink was last given bytes. */
  private boolean readsOn;

  /** Whether the sink is not asked any more whether to read on. */
  private boolean readsToEnd;

  private boolean closed;

  public PipeReader(int descriptor, Poller poller, Sink sink) {
    this(descriptor, poller, sink, Pipes.MOST_BYTES);
  }

  /**
   * Makes a reader.
   *
   * @param mostBytes the most bytes that the sink is given at once, before the other pipes of the
   *     poller have their turns
   */
  public PipeReader(int descriptor, Poller poller, Sink sink, int mostBytes) {
    this.descriptor = descriptor;
    this.poller = poller;
    this.sink = sink;
    this.mostBytes = mostBytes;
  }

  /** Starts to read. */
  public synchronized void open() {
    if (!closed) {
      watch();
    }
  }

  private void watch() {
    token = poller.watchReadable(descriptor, this);
  }

  @Override
  public void ready(byte[] buffer) {
    int count = read(buffer);
    if (count > 0) {
      if (!sink.take(buffer, count)) {
        pause();
      }
    } else if (count == 0 || Pipes.hasFailed(count)) {
      if (count < 0) {
        LOG.error("descriptor {} can't be read: error {}", descriptor, -count);
      }
      if (close()) {
        sink.ended();
      }
    }
  }

  private synchronized int read(byte[] buffer) {
    readsOn = readsToEnd;
    return closed || isPaused ? -Pipes.EAGAIN : Pipes.read(descriptor, buffer, mostBytes);
  }

  private synchronized void pause() {
    if (!closed && !readsOn) {
      isPaused = true;
      poller.unwatch(token, descriptor);
    }
  }

  /**
   * Reads on if the sink had taken no more.
   *
   * @throws IllegalStateException if the kernel can't watch the pipe
   */
  public synchronized void readOn() {
    readsOn = true;
    if (isPaused && !closed) {
      isPaused = false;
      watch();
    }
  }

  /** Reads up to the end of the pipe, whether the sink takes more or not. */
  public synchronized void readToEnd() {
    readsToEnd = true;
    readOn();
  }

  /**
   * Closes the pipe; bytes that are still in it are lost.
   *
   * @return whether the pipe was open
   */
  public synchronized boolean close() {
    if (closed) {
      return false;
    }
    closed = true;
    poller.unwatch(token, descriptor);
    Kernel.close(descriptor);
    return true;
  }
}
