package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.Pipes;
import dev.warrener.controller.process.linux.Poller;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller's end of a pipe that a worker writes to. Reads on a poller's thread what arrives,
 * up to the end of the pipe. {@link #close} may be called from any thread.
 */
final class PipeReader implements Poller.Watched {
  private static final Logger LOG = LoggerFactory.getLogger(PipeReader.class);

  /** Receives the bytes. */
  interface Sink {

    /** Takes the first {@code count} bytes of {@code buffer}, which is reused after the call. */
    void take(byte[] buffer, int count);

    /** The pipe has ended. Called once, and not if the reader was closed before. */
    void ended();
  }

  private final int descriptor;
  private final Poller poller;
  private final Sink sink;
  private long token;
  private boolean closed;

  PipeReader(int descriptor, Poller poller, Sink sink) {
    this.descriptor = descriptor;
    this.poller = poller;
    this.sink = sink;
  }

  /** Starts to read. */
  synchronized void open() {
    if (!closed) {
      token = poller.watchReadable(descriptor, this);
    }
  }

  @Override
  public void ready(byte[] buffer) {
    int count = read(buffer);
    if (count > 0) {
      sink.take(buffer, count);
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
    return closed ? -Pipes.EAGAIN : Pipes.read(descriptor, buffer);
  }

  /**
   * Closes the pipe; bytes that are still in it are lost.
   *
   * @return whether the pipe was open
   */
  synchronized boolean close() {
    if (closed) {
      return false;
    }
    closed = true;
    poller.unwatch(token, descriptor);
    Kernel.close(descriptor);
    return true;
  }
}
