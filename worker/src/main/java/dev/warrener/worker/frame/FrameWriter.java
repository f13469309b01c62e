package dev.warrener.worker.frame;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * Writes frames to a stream through a buffer: write several frames, then {@link #flush} once. Not
 * thread-safe.
 */
public final class FrameWriter implements Closeable {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int MAXIMUM_U16 = 0xFFFF;

  private final OutputStream out;
  private final int maximumBytes;
  private byte[] buffer = new byte[BUFFER_BYTES];
  private int length;

  /** Creates a writer of frames of at most {@link Frame#MAXIMUM_BYTES}. */
  public FrameWriter(OutputStream out) {
    this(out, Frame.MAXIMUM_BYTES);
  }

  FrameWriter(OutputStream out, int maximumBytes) {
    this.out = out;
    this.maximumBytes = maximumBytes;
  }

  /**
   * Writes one frame; it may stay in the buffer until {@link #flush}.
   *
   * @throws IllegalArgumentException if the frame exceeds a limit of the protocol; then no byte of
   *     it is written
   */
  public void write(Frame frame) throws IOException {
    int start = length;
    try {
      putU32(0);
      putU8(frame.type().code());
      putHeader(frame.header());
      long bytes = length - start - Integer.BYTES + (long) frame.payload().length;
      if (bytes > maximumBytes) {
        throw new IllegalArgumentException(
            "the "
                + frame.type()
                + " frame has "
                + bytes
                + " bytes, and at most "
                + maximumBytes
                + " are allowed");
      }
      setU32(start, (int) bytes);
    } catch (IllegalArgumentException e) {
      length = start;
      throw e;
    }
    putPayload(frame.payload());
  }

  /** Passes everything written so far to the stream, and flushes the stream. */
  public void flush() throws IOException {
    drain();
    out.flush();
  }

  /** Flushes, and closes the stream. */
  @Override
  public void close() throws IOException {
    try (out) {
      flush();
    }
  }

  private void putHeader(Map<String, String> header) {
    if (header.size() > MAXIMUM_U16) {
      throw new IllegalArgumentException(
          "a frame has at most " + MAXIMUM_U16 + " header fields, not " + header.size());
    }
    putU16(header.size());
    for (Map.Entry<String, String> field : header.entrySet()) {
      byte[] key = field.getKey().getBytes(StandardCharsets.UTF_8);
      if (key.length > MAXIMUM_U16) {
        throw new IllegalArgumentException(
            "the name of a header field has at most " + MAXIMUM_U16 + " bytes, not " + key.length);
      }
      byte[] value = field.getValue().getBytes(StandardCharsets.UTF_8);
      if ((long) length + key.length + value.length > (long) maximumBytes + BUFFER_BYTES) {
        throw new IllegalArgumentException(
            "the header of a frame must fit into " + maximumBytes + " bytes");
      }
      putU16(key.length);
      putBytes(key);
      putU32(value.length);
      putBytes(value);
    }
  }

  private void putPayload(byte[] payload) throws IOException {
    if (length + payload.length <= BUFFER_BYTES) {
      putBytes(payload);
      return;
    }
    drain();
    if (payload.length < BUFFER_BYTES) {
      putBytes(payload);
    } else {
      out.write(payload);
    }
  }

  private void drain() throws IOException {
    int ready = length;
    length = 0;
    out.write(buffer, 0, ready);
    if (buffer.length > BUFFER_BYTES) {
      buffer = new byte[BUFFER_BYTES];
    }
  }

  private void putU8(int value) {
    ensureRoom(1);
    buffer[length++] = (byte) value;
  }

  private void putU16(int value) {
    putU8(value >>> 8);
    putU8(value);
  }

  private void putU32(int value) {
    ensureRoom(Integer.BYTES);
    setU32(length, value);
    length += Integer.BYTES;
  }

  private void setU32(int at, int value) {
    buffer[at] = (byte) (value >>> 24);
    buffer[at + 1] = (byte) (value >>> 16);
    buffer[at + 2] = (byte) (value >>> 8);
    buffer[at + 3] = (byte) value;
  }

  private void putBytes(byte[] bytes) {
    ensureRoom(bytes.length);
    System.arraycopy(bytes, 0, buffer, length, bytes.length);
    length += bytes.length;
  }

  private void ensureRoom(int more) {
    if (buffer.length - length < more) {
      buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + more));
    }
  }
}
