package dev.warrener.operator.connection;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads lines from a peer that may be anybody: neither a line without end nor lines without end
 * take more memory than they are given. For one thread.
 */
final class BoundedLines {
  /** The longest line: the presence of a controller with some ten thousand workers. */
  static final int LONGEST = 4 << 20;

  /** The peer has sent more than is read of it; the message says what. */
  static final class TooMuchException extends IOException {
    private static final long serialVersionUID = 1;

    TooMuchException(String what) {
      super(what);
    }
  }

  private final InputStream in;
  private final AtomicLong left;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  /**
   * Prepares to read.
   *
   * @param in a stream that has a buffer
   * @param left how many bytes may still be read; others may count down and refill it too
   */
  BoundedLines(InputStream in, AtomicLong left) {
    this.in = in;
    this.left = left;
  }

  /**
   * Waits for the next line; returns empty at the end.
   *
   * @throws TooMuchException if the line is too long, or too much was read
   */
  Optional<byte[]> next() throws IOException {
    line.reset();
    for (int next = in.read(); next >= 0; next = in.read()) {
      if (next == '\n') {
        if (left.addAndGet(-line.size()) < 0) {
          throw new TooMuchException("more than is read about one order");
        }
        return Optional.of(line.toByteArray());
      }
      line.write(next);
      if (line.size() > LONGEST) {
        throw new TooMuchException("a line of more than " + LONGEST + " bytes");
      }
    }
    return Optional.empty();
  }
}
