package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.FileDescriptors;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.Poller;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Our end of the pipe that a worker reads its frames from. Who sends writes as much as there is
 * room for, and never waits; the rest is written by the poller's thread as the worker reads.
 * Thread-safe.
 */
final class PipeWriter implements Poller.Watched {
  private static final Logger LOG = LoggerFactory.getLogger(PipeWriter.class);

  /** A frame with more is left to the poller: who sends has more to do than to copy it. */
  private static final int LARGE_BYTES = FileDescriptors.MOST_BYTES;

  private final WorkerKey worker;
  private final int descriptor;
  private final int capacity;
  private final Poller poller;
  private final Queue<Frame> waiting = new ArrayDeque<>();
  private final Encoded encoded = new Encoded();
  private final FrameWriter writer = new FrameWriter(encoded);
  private int written;

  /** Stands for the descriptor at the poller; 0 before that was needed. */
  private long token;

  /** The poller is to write what comes next. */
  private boolean left;

  /** It is among those that are to be flushed. */
  private boolean noted;

  private boolean ended;
  private boolean closed;

  PipeWriter(WorkerKey worker, int descriptor, int capacity, Poller poller) {
    this.worker = worker;
    this.descriptor = descriptor;
    this.capacity = capacity;
    this.poller = poller;
  }

  /** Bytes that grow, and can be looked at. After a large frame the memory is given back. */
  private static final class Encoded extends ByteArrayOutputStream {
    byte[] bytes() {
      return buf;
    }

    @Override
    public synchronized void reset() {
      super.reset();
      if (buf.length > 4 * LARGE_BYTES) {
        buf = new byte[LARGE_BYTES];
      }
    }
  }

  /**
   * Takes a frame, to be written by {@link #flush}; false if too many wait or nothing is written
   * any more.
   *
   * @param unwritten gets this if it is to be flushed, once until it is
   */
  synchronized boolean offer(Frame frame, Collection<PipeWriter> unwritten) {
    if (ended || waiting.size() >= capacity) {
      return false;
    }
    waiting.add(frame);
    if (!left && !noted) {
      noted = unwritten.add(this);
    }
    return true;
  }

  /** Writes what there is room for, and leaves the rest to the poller. */
  synchronized void flush() {
    noted = false;
    if (!left) {
      write(LARGE_BYTES);
    }
  }

  @Override
  public synchronized void ready(byte[] buffer) {
    left = false;
    write(Integer.MAX_VALUE);
  }

  /** Writes once what is at hand, of frames with payloads of at most so many bytes. */
  private void write(int mostBytes) {
    if (ended) {
      return;
    }
    if (written == encoded.size()) {
      encode(mostBytes);
    }
    if (written < encoded.size()) {
      int count =
          FileDescriptors.write(descriptor, encoded.bytes(), written, encoded.size() - written);
      if (count >= 0) {
        written += count;
      } else if (FileDescriptors.hasFailed(count)) {
        // It is dying, or has closed its end; either shows elsewhere.
        LOG.debug("worker {} can't be written to any more: error {}", worker, -count);
        end();
        return;
      }
    }
    if (written < encoded.size() || !waiting.isEmpty()) {
      leaveToPoller();
    }
  }

  /** Frames that wait together are written together, as far as they fit into a pipe. */
  private void encode(int mostBytes) {
    written = 0;
    encoded.reset();
    Frame next;
    for (long payloads = 0; (next = waiting.peek()) != null; payloads += next.payload().length) {
      if (next.payload().length > mostBytes || payloads >= FileDescriptors.MOST_BYTES) {
        break;
      }
      waiting.remove();
      encode(next);
    }
    try {
      writer.flush();
    } catch (IOException e) {
      throw new IllegalStateException("memory can't be written to", e);
    }
  }

  private void encode(Frame frame) {
    try {
      writer.write(frame);
    } catch (IllegalArgumentException | IOException e) {
      LOG.error("a frame to worker {} was not sent: {}", worker, e.getMessage());
    }
  }

  private void leaveToPoller() {
    left = true;
    if (token != 0) {
      poller.watchAgain(token, descriptor);
      return;
    }
    try {
      token = poller.watch(descriptor, FileDescriptors.WRITABLE_ONCE, this);
    } catch (IllegalStateException e) {
      LOG.error("worker {} gets no more frames", worker, e);
      end();
    }
  }

  private void end() {
    ended = true;
    waiting.clear();
    encoded.reset();
    written = 0;
  }

  /** Accepts nothing more, and closes the pipe. */
  synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    end();
    if (token != 0) {
      poller.unwatch(token, descriptor);
    }
    Kernel.close(descriptor);
  }
}
