package dev.warrener.worker.frame;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads frames from a stream. It trusts no length: each one is checked against the length of the
 * frame, and memory is allocated only as bytes arrive. Not thread-safe.
 */
public final class FrameReader implements Closeable {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int FIRST_BYTES = 1024 * 1024;
  private static final int BYTES_OF_EMPTY_FRAME = 1 + Short.BYTES;
  private static final char REPLACEMENT = '\uFFFD';

  private final InputStream in;
  private final int maximumBytes;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int position;
  private int limit;

  /** The number of bytes of the current frame that are still to be read. */
  private int left;

  /** The number of frames of unknown types that were skipped and not asked for. */
  private int skipped;

  /** Creates a reader of frames of at most {@link Frame#MAXIMUM_BYTES}. */
  public FrameReader(InputStream in) {
    this(in, Frame.MAXIMUM_BYTES);
  }

  FrameReader(InputStream in, int maximumBytes) {
    this.in = in;
    this.maximumBytes = maximumBytes;
  }

  /**
   * Waits for the next frame of a known type and returns it, or null when the stream has ended
   * between two frames. Frames of unknown types are skipped.
   *
   * @throws BrokenFrameException if the stream ends inside a frame, or its bytes are no frame
   */
  public @Nullable Frame read() throws IOException {
    while (true) {
      if (position == limit && !fill()) {
        return null;
      }
      left = Integer.BYTES;
      beginFrame(takeU32());
      FrameType type = FrameType.ofCode(takeU8());
      if (type == null) {
        skipped++;
        skipRest();
        continue;
      }
      Map<String, String> header = takeHeader();
      return Frame.ofUnshared(type, header, takeBytes(left));
    }
  }

  /** Returns the number of frames of unknown types that were skipped since the last call. */
  int takeSkipped() {
    int since = skipped;
    skipped = 0;
    return since;
  }

  /** Closes the stream. */
  @Override
  public void close() throws IOException {
    in.close();
  }

  private void beginFrame(long bytes) throws IOException {
    if (bytes < BYTES_OF_EMPTY_FRAME) {
      throw new BrokenFrameException(
          "a frame has at least " + BYTES_OF_EMPTY_FRAME + " bytes, not " + bytes);
    }
    if (bytes > maximumBytes) {
      throw new BrokenFrameException(
          "a frame of " + bytes + " bytes, and at most " + maximumBytes + " are allowed");
    }
    left = (int) bytes;
  }

  private Map<String, String> takeHeader() throws IOException {
    int fields = takeU16();
    Map<String, String> header = new LinkedHashMap<>();
    for (int field = 0; field < fields; field++) {
      String key = takeText(takeU16());
      String value = takeText(takeU32());
      if (header.put(key, value) != null) {
        throw new BrokenFrameException("a frame has the header field '" + key + "' twice");
      }
    }
    return header;
  }

  private String takeText(long bytes) throws IOException {
    if (bytes > left) {
      throw tooShort(bytes);
    }
    byte[] encoded = takeBytes((int) bytes);
    String text = new String(encoded, StandardCharsets.UTF_8);
    if (text.indexOf(REPLACEMENT) >= 0) {
      requireUtf8(encoded);
    }
    return text;
  }

  private static void requireUtf8(byte[] encoded) throws BrokenFrameException {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(encoded));
    } catch (CharacterCodingException e) {
      throw new BrokenFrameException("a header field of a frame is no UTF-8");
    }
  }

  private int takeU8() throws IOException {
    if (left < 1) {
      throw tooShort(1);
    }
    requireBuffered();
    left--;
    return buffer[position++] & 0xFF;
  }

  private int takeU16() throws IOException {
    return takeU8() << 8 | takeU8();
  }

  private long takeU32() throws IOException {
    return (long) takeU16() << 16 | takeU16();
  }

  private byte[] takeBytes(int count) throws IOException {
    if (limit - position >= count) {
      var bytes = new byte[count];
      System.arraycopy(buffer, position, bytes, 0, count);
      advance(count);
      return bytes;
    }
    return takeAcross(count);
  }

  /** Reads more bytes than the buffer holds, into an array that grows as they arrive. */
  private byte[] takeAcross(int count) throws IOException {
    var bytes = new byte[Math.min(count, FIRST_BYTES)];
    int filled = 0;
    while (filled < count) {
      if (filled == bytes.length) {
        bytes = Arrays.copyOf(bytes, (int) Math.min(count, 2L * bytes.length));
      }
      int wanted = bytes.length - filled;
      if (position == limit && wanted >= BUFFER_BYTES) {
        int read = in.read(bytes, filled, wanted);
        if (read < 0) {
          throw cutOff();
        }
        left -= read;
        filled += read;
      } else {
        requireBuffered();
        int buffered = Math.min(wanted, limit - position);
        System.arraycopy(buffer, position, bytes, filled, buffered);
        advance(buffered);
        filled += buffered;
      }
    }
    return bytes;
  }

  private void skipRest() throws IOException {
    while (left > 0) {
      requireBuffered();
      advance(Math.min(left, limit - position));
    }
  }

  private void advance(int count) {
    position += count;
    left -= count;
  }

  private void requireBuffered() throws IOException {
    if (position == limit && !fill()) {
      throw cutOff();
    }
  }

  private boolean fill() throws IOException {
    int count = in.read(buffer, 0, buffer.length);
    position = 0;
    limit = Math.max(count, 0);
    return count > 0;
  }

  private BrokenFrameException tooShort(long wanted) {
    return new BrokenFrameException(
        "a part of a frame has " + wanted + " bytes, but only " + left + " of the frame are left");
  }

  private BrokenFrameException cutOff() {
    return new BrokenFrameException(
        "the stream ended inside a frame, with " + left + " bytes still to come");
  }
}
