package dev.warrener.controller.process.pipe;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Splits a worker's output into lines. A line longer than 16 KiB is passed on in pieces, so that a
 * worker that never ends a line costs no more memory than others. Bytes that are not UTF-8 become
 * replacement characters. Not thread-safe.
 */
public final class OutputLines {
  private static final int MAXIMUM_BYTES = 16 * 1024;

  private final Consumer<String> lines;
  private final byte[] line = new byte[MAXIMUM_BYTES];
  private int length;

  public OutputLines(Consumer<String> lines) {
    this.lines = lines;
  }

  /** Adds the first {@code count} bytes of an array. */
  public void put(byte[] piece, int count) {
    for (int i = 0; i < count; i++) {
      add(piece[i]);
    }
  }

  /** Ends the output: the rest is the last line. */
  public void end() {
    if (length > 0) {
      endLine();
    }
  }

  private void add(byte b) {
    if (b == '\n') {
      endLine();
      return;
    }
    if (length == MAXIMUM_BYTES) {
      cut();
    }
    line[length++] = b;
  }

  private void endLine() {
    int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    lines.accept(new String(line, 0, end, StandardCharsets.UTF_8));
    length = 0;
  }

  /** Passes on what there is, except for the bytes of a character that is not complete yet. */
  private void cut() {
    int end = length;
    while (end > length - 4 && (line[end - 1] & 0xC0) == 0x80) {
      end--;
    }
    if (end > 0 && (line[end - 1] & 0xC0) == 0xC0) {
      end--;
    } else {
      end = length;
    }
    lines.accept(new String(line, 0, end, StandardCharsets.UTF_8));
    byte[] rest = Arrays.copyOfRange(line, end, length);
    System.arraycopy(rest, 0, line, 0, rest.length);
    length = rest.length;
  }
}
