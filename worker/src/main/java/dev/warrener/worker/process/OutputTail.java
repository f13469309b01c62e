package dev.warrener.worker.process;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Passes on the output of a command, and keeps the last bytes of it. Thread-safe. */
final class OutputTail extends OutputStream {
  private final PrintStream shown;
  private final byte[] ring;
  private long total;

  OutputTail(PrintStream shown, int maximumBytes) {
    this.shown = shown;
    this.ring = new byte[maximumBytes];
  }

  @Override
  public void write(int value) {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] source, int from, int count) {
    shown.write(source, from, count);
    synchronized (this) {
      for (int at = from; at < from + count; at++) {
        ring[(int) (total++ % ring.length)] = source[at];
      }
    }
  }

  /** Returns the last lines, without the last line end. */
  synchronized String tail() {
    int kept = (int) Math.min(total, ring.length);
    var bytes = new byte[kept];
    for (int at = 0; at < kept; at++) {
      bytes[at] = ring[(int) ((total - kept + at) % ring.length)];
    }
    String text = new String(bytes, StandardCharsets.UTF_8).strip();
    return total > kept ? text.substring(text.indexOf('\n') + 1) : text;
  }
}
