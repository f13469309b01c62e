package dev.warrener.worker.process;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Collects the bytes of one log line: UTF-8, without the line end, up to a limit. Bytes beyond the
 * limit are counted and dropped. Not thread-safe.
 */
final class Line {
  /** The most bytes of a line, including the mark of a cut: 16 KiB, as the protocol says. */
  static final int MAXIMUM_BYTES = 16 * 1024;

  private static final int MAXIMUM_KEPT = MAXIMUM_BYTES - 64;
  private static final int FIRST_BYTES = 256;

  private byte[] kept = new byte[FIRST_BYTES];
  private int length;
  private long cut;

  /** Returns a line with a whole text. */
  static Line of(String text) {
    var line = new Line();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    line.append(bytes, 0, bytes.length);
    return line;
  }

  boolean isEmpty() {
    return length == 0;
  }

  void append(byte[] source, int from, int count) {
    int room = Math.min(count, MAXIMUM_KEPT - length);
    if (kept.length - length < room) {
      kept = Arrays.copyOf(kept, Math.min(MAXIMUM_KEPT, Math.max(2 * kept.length, length + room)));
    }
    System.arraycopy(source, from, kept, length, room);
    length += room;
    cut += count - room;
  }

  /** Returns the line so far, with a mark if it was cut. */
  byte[] bytes() {
    if (cut == 0) {
      int end = length > 0 && kept[length - 1] == '\r' ? length - 1 : length;
      return Arrays.copyOf(kept, end);
    }
    int whole = wholeCharacters();
    byte[] mark =
        (" [cut: " + (cut + length - whole) + " more bytes]").getBytes(StandardCharsets.UTF_8);
    byte[] line = Arrays.copyOf(kept, whole + mark.length);
    System.arraycopy(mark, 0, line, whole, mark.length);
    return line;
  }

  /** Starts the next line. */
  void clear() {
    length = 0;
    cut = 0;
  }

  /** Returns how many of the kept bytes form whole characters. */
  private int wholeCharacters() {
    int start = length;
    while (start > 0 && start > length - 4) {
      start--;
      int lead = kept[start] & 0xFF;
      if (lead < 0x80) {
        return length;
      }
      if (lead >= 0xC0) {
        int wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
        return length - start < wanted ? start : length;
      }
    }
    return length;
  }
}
