package dev.warrener.worker.process;

import dev.warrener.worker.frame.BrokenFrameException;
import dev.warrener.worker.frame.ErrorType;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameReader;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.HeaderKey;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the controller's frames on a thread of its own, while handlers run on the main thread. It
 * waits for nothing but the next frame.
 */
final class FrameListener implements Runnable {
  private final IdleAwareInputStream channel;
  private final FrameReader reader;
  private final RunQueue runs;
  private final Outbox outbox;
  private final ProcessEnd end;

  /** Guarded by the monitor. */
  private boolean welcomed;

  FrameListener(IdleAwareInputStream channel, RunQueue runs, Outbox outbox, ProcessEnd end) {
    this.channel = channel;
    this.reader = new FrameReader(channel);
    this.runs = runs;
    this.outbox = outbox;
    this.end = end;
  }

  /** Waits for the controller's HELLO. */
  synchronized void awaitHello() {
    while (!welcomed) {
      Uninterruptibly.await(this);
    }
  }

  @Override
  public void run() {
    try {
      hello(reader.read());
      for (Frame frame = reader.read(); frame != null; frame = reader.read()) {
        hear(frame);
      }
      end.kill();
    } catch (BrokenFrameException e) {
      end.exit(
          ProcessEnd.PROTOCOL_BROKEN,
          "the controller broke the protocol: "
              + e.getMessage()
              + "; are their versions the same?");
    } catch (IOException e) {
      end.kill();
    } catch (OutOfMemoryError e) {
      end.outOfMemory();
    }
  }

  private void hello(@Nullable Frame frame) throws BrokenFrameException {
    if (frame == null) {
      end.kill();
      return;
    }
    if (frame.type() != FrameType.HELLO) {
      throw new BrokenFrameException("its first frame was " + frame.type() + " instead of HELLO");
    }
    long version = frame.requireNumber(HeaderKey.VERSION);
    if (version != Frame.PROTOCOL_VERSION) {
      throw new BrokenFrameException(
          "it speaks version " + version + ", and this worker " + Frame.PROTOCOL_VERSION);
    }
    long leaseMillis = frame.requireNumber(HeaderKey.LEASE_MILLIS);
    if (leaseMillis == 0) {
      throw new BrokenFrameException("a lease has at least 1 ms");
    }
    Threads.startDaemon("lease", new LeaseWatch(leaseMillis, channel, end));
    welcome();
  }

  private synchronized void welcome() {
    welcomed = true;
    notifyAll();
  }

  private void hear(Frame frame) throws BrokenFrameException {
    switch (frame.type()) {
      case TASK -> runs.add(new Run(frame, outbox));
      case CANCEL -> cancel(frame);
      case RECALL -> recall(frame);
      case STOP -> runs.stop();
      case PING -> {
        outbox.postAtOnce(Frame.of(FrameType.PONG));
        runs.sendProgress();
      }
      case HELLO, READY, STARTED, FINISHED, PROGRESS, LOG, PONG ->
          throw new BrokenFrameException(frame.type() + " was not expected");
    }
  }

  private void cancel(Frame frame) throws BrokenFrameException {
    String reason = frame.text(HeaderKey.REASON);
    giveBack(
        runs.cancel(
            frame.requireText(HeaderKey.TASK),
            frame.requireNumber(HeaderKey.ATTEMPT),
            reason == null ? "" : reason));
  }

  private void recall(Frame frame) throws BrokenFrameException {
    giveBack(
        runs.recall(frame.requireText(HeaderKey.TASK), frame.requireNumber(HeaderKey.ATTEMPT)));
  }

  private void giveBack(@Nullable Run withdrawn) {
    if (withdrawn != null) {
      outbox.postAtOnce(
          withdrawn.failed(
              new Failure(ErrorType.CANCELLED, "the run was cancelled before it started")));
    }
  }
}
