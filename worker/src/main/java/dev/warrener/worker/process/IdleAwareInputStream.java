package dev.warrener.worker.process;

import java.io.IOException;
import java.io.InputStream;

/** A stream that knows when it last brought something. One thread reads, any may ask. */
final class IdleAwareInputStream extends InputStream {
  private final InputStream in;
  private volatile long heardAt = System.nanoTime();

  IdleAwareInputStream(InputStream in) {
    this.in = in;
  }

  /** When something was read last, or the stream was made, by {@link System#nanoTime}. */
  long heardAt() {
    return heardAt;
  }

  /** The nanoseconds since something was read, or since the stream was made. */
  long nanosSinceHeard() {
    return System.nanoTime() - heardAt;
  }

  /** Whether there is something to read that hasn't been read. */
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
