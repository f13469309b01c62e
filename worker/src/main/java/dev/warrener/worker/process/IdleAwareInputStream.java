package dev.warrener.worker.process;

import java.io.IOException;
import java.io.InputStream;

/** A stream that measures the time since the last read. One thread reads; any thread may ask. */
final class IdleAwareInputStream extends InputStream {
  private final InputStream in;
  private volatile long heardAt = System.nanoTime();

  IdleAwareInputStream(InputStream in) {
    this.in = in;
  }

  /** Returns the time of the last read, or of the stream's creation, in {@code nanoTime}. */
  long heardAt() {
    return heardAt;
  }

  /** Returns the nanoseconds since the last read, or since the stream was created. */
  long nanosSinceHeard() {
    return System.nanoTime() - heardAt;
  }

  /** Whether bytes have arrived that have not been read. */
  boolean hasUnread() {
    try {
      return in.available() > 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public int read() throws IOException {
    int value = in.read();
    heardAt = System.nanoTime();
    return value;
  }

  @Override
  public int read(byte[] target, int from, int count) throws IOException {
    int read = in.read(target, from, count);
    heardAt = System.nanoTime();
    return read;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
