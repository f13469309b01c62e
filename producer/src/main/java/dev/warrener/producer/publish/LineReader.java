package dev.warrener.producer.publish;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads lines of UTF-8 of a limited length, so that no input takes unbounded memory. Lines end with
 * LF or CR LF. A byte order mark at the start is skipped. Not thread-safe.
 */
final class LineReader {
  /**
   * A line of the input.
   *
   * @param number its number, from 1
   * @param text the line without its end, or null if it is invalid
   * @param problem why it is invalid, or null
   */
  record Line(long number, @Nullable String text, @Nullable String problem) {}

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final InputStream in;
  private final int maxBytes;
  private final byte[] buffer = new byte[64 * 1024];
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private int position;
  private int limit;
  private long number;

  LineReader(InputStream in, int maxBytes) {
    this.in = in;
    this.maxBytes = maxBytes;
  }

  /** Returns the next line, or null at the end. A line that is too long comes without its text. */
  @Nullable Line next() throws IOException {
    line.reset();
    boolean tooLong = false;
    boolean any = false;
    boolean ended = false;
    while (!ended && fill()) {
      any = true;
      int end = position;
      while (end < limit && buffer[end] != '\n') {
        end++;
      }
      ended = end < limit;
      if (line.size() + (end - position) > maxBytes) {
        tooLong = true;
        line.reset();
      }
      if (!tooLong) {
        line.write(buffer, position, end - position);
      }
      position = ended ? end + 1 : end;
    }
    if (!any) {
      return null;
    }
    number++;
    return tooLong
        ? new Line(number, null, "it is longer than " + maxBytes + " bytes")
        : decoded(line.toByteArray());
  }

  private boolean fill() throws IOException {
    if (position < limit) {
      return true;
    }
    position = 0;
    limit = Math.max(0, in.read(buffer));
    return limit > 0;
  }

  private Line decoded(byte[] bytes) {
    int length = bytes.length;
    if (length > 0 && bytes[length - 1] == '\r') {
      length--;
    }
    try {
      var text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length)).toString();
      if (number == 1 && text.startsWith(BYTE_ORDER_MARK)) {
        text = text.substring(1);
      }
      return new Line(number, text, null);
    } catch (CharacterCodingException e) {
      return new Line(number, null, "it is not valid UTF-8");
    }
  }
}
