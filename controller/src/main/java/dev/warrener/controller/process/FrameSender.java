package dev.warrener.controller.process;

import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes frames to one worker on a thread of its own, so that a worker that doesn't read holds up
 * nobody else. Frames that wait together are flushed together.
 */
final class FrameSender implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(FrameSender.class);

  private final WorkerKey worker;
  private final BlockingQueue<Frame> queue;
  private final FrameWriter writer;
  private volatile boolean stopped;

  FrameSender(WorkerKey worker, OutputStream out, int capacity) {
    this.worker = worker;
    this.queue = new ArrayBlockingQueue<>(capacity);
    this.writer = new FrameWriter(out);
  }

  /** Takes a frame to be written; false if the queue is full or nothing is written any more. */
  boolean offer(Frame frame) {
    return !stopped && queue.offer(frame);
  }

  /** Writes until it is interrupted or the worker can't be written to. */
  @Override
  public void run() {
    try {
      while (!stopped) {
        write(queue.take());
        Frame next;
        while ((next = queue.poll()) != null) {
          write(next);
        }
        writer.flush();
      }
    } catch (IOException e) {
      // It is dying, or has closed its end; either shows elsewhere.
      LOG.debug("worker {} can't be written to any more: {}", worker, e.toString());
    } catch (InterruptedException e) {
      LOG.trace("worker {} gets no more frames", worker);
    } finally {
      stopped = true;
      queue.clear();
    }
  }

  /** Accepts nothing more. */
  void stop() {
    stopped = true;
  }

  private void write(Frame frame) throws IOException {
    try {
      writer.write(frame);
    } catch (IllegalArgumentException e) {
      LOG.error("a frame to worker {} was not sent: {}", worker, e.getMessage());
    }
  }
}
