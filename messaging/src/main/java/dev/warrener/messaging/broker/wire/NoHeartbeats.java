package dev.warrener.messaging.broker.wire;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Asks the broker for no heartbeats, where the client would take the broker's own interval. It
 * changes the client's answer {@code connection.tune-ok}, which the client writes as a whole.
 */
final class NoHeartbeats extends FilterOutputStream {
  /** A method frame of channel 0 with 12 bytes: class 10, method 31. */
  private static final byte[] TUNE_OK = {1, 0, 0, 0, 0, 0, 12, 0, 10, 0, 31};

  /**
   * The interval's position: after the numbers of channels (2 bytes) and of a frame's bytes (4).
   */
  private static final int INTERVAL = TUNE_OK.length + 6;

  private static final int LENGTH = INTERVAL + 3;

  private boolean isAsked;

  NoHeartbeats(OutputStream out) {
    super(out);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (isAsked) {
      out.write(bytes, offset, length);
      return;
    }
    var written = Arrays.copyOfRange(bytes, offset, offset + length);
    for (int at = 0; at + LENGTH <= length; at++) {
      if (Arrays.equals(written, at, at + TUNE_OK.length, TUNE_OK, 0, TUNE_OK.length)) {
        written[at + INTERVAL] = 0;
        written[at + INTERVAL + 1] = 0;
        isAsked = true;
      }
    }
    out.write(written);
  }
}
