package dev.warrener.controller.process.pipe;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.Pipes;
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
 * The controller's end of the pipe from which a worker reads its frames. The sending thread writes
 * as much as the pipe has room for and never blocks; the poller's thread writes the rest as the
 * worker reads. Thread-safe.
 */
public final class PipeWriter implements Poller.Watched {
  private static final Logger LOG = LoggerFactory.getLogger(PipeWriter.class);

  /**
   * The largest payload that the sending thread writes itself, 64 KiB. A larger frame is left to
   * the poller's thread, because copying it would hold up the fleet loop.
   */
  private static final int LARGE_BYTES = Pipes.MOST_BYTES;

  private final WorkerKey worker;
  private final int descriptor;
  private final int capacity;
  private final Poller poller;
  private final Queue<Frame> waiting = new ArrayDeque<>();
  private final Encoded encoded = new Encoded();
  private final FrameWriter writer = new FrameWriter(encoded);
  private int written;

  /** The descriptor's token at the poller; 0 while the poller was not needed yet. */
  private long token;

  /** Whether the poller's thread writes next. */
  private boolean leftToPoller;

  /** Whether this writer is among those that are to be flushed. */
  private boolean isUnwritten;

  private boolean ended;
  private boolean closed;

  public PipeWriter(WorkerKey worker, int descriptor, int capacity, Poller poller) {
    this.worker = worker;
    this.descriptor = descriptor;
    this.capacity = capacity;
    this.poller = poller;
  }

  /** The encoded frames, with access to the array. Its memory is freed after a large frame. */
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
   * Accepts a frame, to be written by {@link #flush}.
   *
   * @param unwritten this writer adds itself to it if it needs a flush and has not done so yet
   * @return false if too many frames wait, or the worker does not read any more
   */
  public synchronized boolean offer(Frame frame, Collection<PipeWriter> unwritten) {
    if (ended || waiting.size() >= capacity) {
      return false;
    }
    waiting.add(frame);
    if (!leftToPoller && !isUnwritten) {
      isUnwritten = unwritten.add(this);
    }
    return true;
  }

  /** Writes as much as the pipe has room for, and leaves the rest to the poller's thread. */
  public synchronized void flush() {
    isUnwritten = false;
    if (!leftToPoller) {
      write(LARGE_BYTES);
    }
  }

  @Override
  public synchronized void ready(byte[] buffer) {
    leftToPoller = false;
    write(Integer.MAX_VALUE);
  }

  /** Writes once; takes up new frames only with payloads of at most {@code largest} bytes. */
  private void write(int largest) {
    if (ended) {
      return;
    }
    if (written == encoded.size()) {
      encode(largest);
    }
    if (written < encoded.size()) {
      int count = Pipes.write(descriptor, encoded.bytes(), written, encoded.size() - written);
      if (count >= 0) {
        written += count;
      } else if (Pipes.hasFailed(count)) {
        // The worker is dying or has closed its end; either is noticed elsewhere.
        LOG.debug("the pipe to worker {} is broken: error {}", worker, -count);
        end();
        return;
      }
    }
    if (written < encoded.size() || !waiting.isEmpty()) {
      leaveToPoller();
    }
  }

  /** Encodes frames that wait, as many as fit into a pipe, so that one call writes them. */
  private void encode(int largest) {
    written = 0;
    encoded.reset();
    Frame next;
    for (long payloads = 0; (next = waiting.peek()) != null; payloads += next.payload().length) {
      if (next.payload().length > largest || payloads >= Pipes.MOST_BYTES) {
        break;
      }
      waiting.remove();
      encode(next);
    }
    try {
      writer.flush();
    } catch (IOException e) {
      throw new IllegalStateException("a write to memory failed", e);
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
    leftToPoller = true;
    if (token != 0) {
      poller.watchWritableAgain(token, descriptor);
      return;
    }
    try {
      token = poller.watchWritable(descriptor, this);
    } catch (IllegalStateException e) {
      LOG.error("worker {} can be sent no more frames", worker, e);
      end();
    }
  }

  private void end() {
    ended = true;
    waiting.clear();
    encoded.reset();
    written = 0;
  }

  /** Closes the pipe; frames that wait are dropped. */
  public synchronized void close() {
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
