package dev.warrener.bench.handler;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How long tasks took from their publication to their first instruction, by the one clock that all
 * processes of a machine share. The input says when it was published and in which file to write the
 * answer: {@code NANOS FILE}, and blanks.
 */
public final class Stamps {
  private static final Map<String, FileChannel> OPEN = new ConcurrentHashMap<>();

  private Stamps() {}

  /** One answer: both times by {@link System#nanoTime}. */
  public record Stamp(long publishedNanos, long startedNanos) {
    /** From the publication to the first instruction, in milliseconds. */
    public double millis() {
      return (startedNanos - publishedNanos) / 1e6;
    }
  }

  /** An input of that many bytes, or of as many as it takes. */
  public static byte[] input(long publishedNanos, Path file, int bytes) {
    var text = publishedNanos + " " + file;
    return (text + " ".repeat(Math.max(0, bytes - text.length()))).getBytes(StandardCharsets.UTF_8);
  }

  /** Appends one line, in one write. */
  static void write(long startedNanos, byte[] input) {
    var words = new String(input, StandardCharsets.UTF_8).strip();
    int blank = words.indexOf(' ');
    var line = words.substring(0, blank) + " " + startedNanos + "\n";
    try {
      OPEN.computeIfAbsent(words.substring(blank + 1), Stamps::open)
          .write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FileChannel open(String file) {
    try {
      return FileChannel.open(Path.of(file), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What has been written so far, in the order in which it was. */
  public static List<Stamp> read(Path file) throws IOException {
    var stamps = new ArrayList<Stamp>();
    if (Files.exists(file)) {
      for (var line : Files.readAllLines(file)) {
        int blank = line.indexOf(' ');
        if (blank > 0) {
          stamps.add(
              new Stamp(
                  Long.parseLong(line.substring(0, blank)),
                  Long.parseLong(line.substring(blank + 1))));
        }
      }
    }
    return stamps;
  }
}
