package dev.warrener.worker.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Copies bytes from one stream to another until the first ends, or the copying is given up. */
final class Pump implements Runnable {
  private static final int BUFFER_BYTES = 8 * 1024;

  private final InputStream from;
  private final OutputStream to;
  private final Object lock = new Object();

  // Both guarded by the lock.
  private boolean ended;
  private boolean abandoned;

  Pump(InputStream from, OutputStream to) {
    this.from = from;
    this.to = to;
  }

  @Override
  public void run() {
    var buffer = new byte[BUFFER_BYTES];
    try (from) {
      for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
        if (isAbandoned()) {
          break;
        }
        to.write(buffer, 0, read);
      }
    } catch (IOException e) {
      // Treated as the end: the bytes copied so far are the output.
    } finally {
      markEnded();
    }
  }

  /**
   * Waits for the end of the stream, and gives up the copying if it does not come in time.
   *
   * @return whether the stream has ended
   */
  boolean end(long millis) {
    long until = System.nanoTime() + millis * 1_000_000;
    synchronized (lock) {
      while (!ended) {
        long left = (until - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          abandoned = true;
          return false;
        }
        try {
          lock.wait(left);
        } catch (InterruptedException e) {
          // A cancellation; the command has ended already.
        }
      }
      return true;
    }
  }

  private boolean isAbandoned() {
    synchronized (lock) {
      return abandoned;
    }
  }

  private void markEnded() {
    synchronized (lock) {
      ended = true;
      lock.notifyAll();
    }
  }
}
