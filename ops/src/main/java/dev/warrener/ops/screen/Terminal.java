package dev.warrener.ops.screen;

import dev.warrener.messaging.text.Printable;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The terminal that the process was started from, also where stdout goes into a pipe: a question
 * can still be asked there. Not thread-safe.
 */
public final class Terminal implements Prompt {
  private static final Path DEVICE = Path.of("/dev/tty");

  /**
   * The size of a terminal.
   *
   * @param rows lines
   * @param columns characters in a line
   */
  public record Size(int rows, int columns) {
    /** The size of a terminal that does not report one. */
    public static final Size USUAL = new Size(24, 80);

    /** The first of the lines that fit with an empty line below them, and how many don't. */
    public List<String> page(List<String> lines) {
      int most = Math.max(2, rows - 1);
      if (lines.size() <= most) {
        return lines.stream().map(line -> Text.cutPainted(line, columns)).toList();
      }
      return Stream.concat(
              lines.stream().limit(most - 1L).map(line -> Text.cutPainted(line, columns)),
              Stream.of("… and " + (lines.size() - most + 1) + " more"))
          .toList();
    }
  }

  private Terminal() {}

  /** The terminal, if there is one and stdin is it. */
  public static Optional<Prompt> open(TerminalStreams descriptors) {
    return descriptors.in() && Files.isReadable(DEVICE) && Files.isWritable(DEVICE)
        ? Optional.of(new Terminal())
        : Optional.empty();
  }

  @Override
  public Optional<String> ask(String question) {
    try (var writer =
            new OutputStreamWriter(Files.newOutputStream(DEVICE), StandardCharsets.UTF_8);
        var reader =
            new BufferedReader(
                new InputStreamReader(Files.newInputStream(DEVICE), StandardCharsets.UTF_8))) {
      writer.write(Printable.line(question));
      writer.flush();
      return Optional.ofNullable(reader.readLine());
    } catch (IOException e) {
      throw new UncheckedIOException("the terminal can't be read", e);
    }
  }

  /** Returns the size of the terminal, or the usual size if it does not report one. */
  public static Size size() {
    try {
      var stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File(DEVICE.toString()))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String answer = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      if (!stty.waitFor(1, TimeUnit.SECONDS)) {
        stty.toHandle().destroyForcibly();
        return Size.USUAL;
      }
      return parse(answer);
    } catch (IOException e) {
      return Size.USUAL;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Size.USUAL;
    }
  }

  static Size parse(String answer) {
    String[] size = answer.strip().split(" ", -1);
    try {
      int rows = size.length == 2 ? Integer.parseInt(size[0]) : 0;
      int columns = size.length == 2 ? Integer.parseInt(size[1]) : 0;
      return rows > 0 && columns > 0 ? new Size(rows, columns) : Size.USUAL;
    } catch (NumberFormatException e) {
      return Size.USUAL;
    }
  }
}
