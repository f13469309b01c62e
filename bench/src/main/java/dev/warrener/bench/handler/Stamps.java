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
 * Measures the time from a task's publication to its first instruction, by the monotonic clock that
 * all processes of a machine share. The task's input says when it was published, and to which file
 * its start is appended: {@code NANOS FILE}, padded with blanks.
 */
public final class Stamps {
  private static final Map<String, FileChannel> OPEN = new ConcurrentHashMap<>();

  private Stamps() {}

  /** The two times of one task, both by {@link System#nanoTime}. */
  public record Stamp(long publishedNanos, long startedNanos) {
    /** Returns the time from publication to first instruction, in milliseconds. */
    public double millis() {
      return (startedNanos - publishedNanos) / 1e6;
    }
  }

  /** Returns an input of {@code bytes} bytes, or a longer one if the text needs more. */
  public static byte[] input(long publishedNanos, Path file, int bytes) {
    var text = publishedNanos + " " + file;
    return (text + " ".repeat(Math.max(0, bytes - text.length()))).getBytes(StandardCharsets.UTF_8);
  }

  /** Appends one line in a single write, so that lines of several processes never mix. */
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

  /** Returns the stamps in the file so far, in the order in which they were written. */
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
