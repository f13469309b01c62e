package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.FileDescriptors;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.Poller;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Our end of a pipe that a worker writes to. Reads what comes, and its end, on the thread of a
 * poller. {@link #close} may be called from any thread.
 */
final class PipeReader implements Poller.Watched {
  private static final Logger LOG = LoggerFactory.getLogger(PipeReader.class);

  /** What becomes of the bytes. */
  interface Sink {

    /** So many bytes at the beginning of {@code buffer}, which is used again after this. */
    void take(byte[] buffer, int count);

    /** No more will come. Once, unless the inlet is closed before. */
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

  /** Begins to read. */
  synchronized void open() {
    if (!closed) {
      token = poller.watch(descriptor, FileDescriptors.READABLE, this);
    }
  }

  @Override
  public void ready(byte[] buffer) {
    int count = read(buffer);
    if (count > 0) {
      sink.take(buffer, count);
    } else if (count == 0 || FileDescriptors.hasFailed(count)) {
      if (count < 0) {
        LOG.error("descriptor {} can't be read: error {}", descriptor, -count);
      }
      if (close()) {
        sink.ended();
      }
    }
  }

  private synchronized int read(byte[] buffer) {
    return closed ? -FileDescriptors.EAGAIN : FileDescriptors.read(descriptor, buffer);
  }

  /**
   * Closes the pipe; what is in it is lost.
   *
   * @return whether it was open
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
