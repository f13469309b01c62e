package dev.warrener.messaging.broker.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The broker's frames, with each content header repaired where {@link ContentHeader} finds that the
 * client could not decode it. All other frames pass unchanged, and the large ones uncopied. A
 * time-out of the socket loses nothing: the next call goes on where it was. For one thread.
 */
final class RepairedFrames extends InputStream {
  private static final int METHOD = 1;
  private static final int HEADER = 2;

  /** The bytes of a frame before its payload: type, channel, and size. */
  private static final int HEAD = 7;

  /** The largest header frame that is looked at. The broker makes none that large. */
  private static final int LARGEST_HEADER = 16 << 20;

  /** The number of the method that says how large a frame may be: {@code connection.tune}. */
  private static final int TUNE = (10 << 16) | 30;

  private static final int TUNE_FRAME_MAX = 6;

  private final InputStream in;

  /** The bytes that were read from the socket and not handed on yet. */
  private final byte[] raw = new byte[32 << 10];

  private int position;
  private int end;

  /** The frame that is being collected or handed on, or nothing. */
  private byte[] frame = new byte[0];

  private int collected;
  private int handedOn;

  /** The number of bytes that pass unchanged before the next frame begins. */
  private long passing;

  /** The largest payload that the client takes, once the broker has said it. */
  private int largestPayload = Integer.MAX_VALUE;

  RepairedFrames(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (true) {
      if (handedOn < frame.length && collected == frame.length) {
        int count = Math.min(length, frame.length - handedOn);
        System.arraycopy(frame, handedOn, into, offset, count);
        handedOn += count;
        return count;
      }
      if (passing > 0) {
        return pass(into, offset, length);
      }
      if (!nextFrame()) {
        return -1;
      }
    }
  }

  private int pass(byte[] into, int offset, int length) throws IOException {
    int most = (int) Math.min(length, passing);
    int count;
    if (position < end) {
      count = Math.min(most, end - position);
      System.arraycopy(raw, position, into, offset, count);
      position += count;
    } else if (most >= raw.length) {
      count = in.read(into, offset, most);
    } else {
      if (!fill()) {
        return -1;
      }
      return pass(into, offset, length);
    }
    passing -= Math.max(0, count);
    return count;
  }

  /**
   * Begins with the next frame, or goes on to collect it. Returns false at the end of the input.
   */
  private boolean nextFrame() throws IOException {
    if (collected == frame.length) {
      frame = new byte[0];
      collected = 0;
      handedOn = 0;
      while (end - position < HEAD) {
        if (!fill()) {
          // A frame that was cut off is the client's matter.
          passing = (long) end - position;
          return passing > 0;
        }
      }
      int type = raw[position];
      int channel = Bytes.int16(raw, position + 1);
      int size = Bytes.int32(raw, position + 3);
      boolean isLookedAt = type == HEADER || (type == METHOD && channel == 0);
      if (type == 'A') {
        // No frame: the broker speaks another version, and closes.
        passing = Long.MAX_VALUE;
        return true;
      }
      if (!isLookedAt || size < 0 || size > LARGEST_HEADER) {
        passing = HEAD + (size & 0xffff_ffffL) + 1;
        return true;
      }
      frame = new byte[HEAD + size + 1];
    }
    while (collected < frame.length) {
      if (position == end && !fill()) {
        throw new EOFException("the connection ended within a frame");
      }
      int count = Math.min(frame.length - collected, end - position);
      System.arraycopy(raw, position, frame, collected, count);
      position += count;
      collected += count;
    }
    if (frame[0] == HEADER) {
      repair();
    } else if (frame.length > HEAD + TUNE_FRAME_MAX + 4 && Bytes.int32(frame, HEAD) == TUNE) {
      int frameMax = Bytes.int32(frame, HEAD + TUNE_FRAME_MAX);
      largestPayload = frameMax == 0 ? Integer.MAX_VALUE : frameMax - HEAD - 1;
    }
    return true;
  }

  private void repair() {
    int size = frame.length - HEAD - 1;
    var payload = new ContentHeader(frame, HEAD, HEAD + size, largestPayload).repaired();
    if (payload == null) {
      return;
    }
    var repaired = new byte[HEAD + payload.length + 1];
    System.arraycopy(frame, 0, repaired, 0, HEAD - 4);
    Bytes.putInt32(repaired, HEAD - 4, payload.length);
    System.arraycopy(payload, 0, repaired, HEAD, payload.length);
    repaired[repaired.length - 1] = frame[frame.length - 1];
    frame = repaired;
    collected = repaired.length;
  }

  /** Reads more from the socket, behind what is there. Returns false at the end of the input. */
  private boolean fill() throws IOException {
    if (position > 0) {
      System.arraycopy(raw, position, raw, 0, end - position);
      end -= position;
      position = 0;
    }
    int count = in.read(raw, end, raw.length - end);
    end += Math.max(0, count);
    return count >= 0;
  }

  @Override
  public int available() {
    if (collected == frame.length && handedOn < frame.length) {
      return frame.length - handedOn;
    }
    return (int) Math.min(passing, end - position);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
