package dev.warrener.ops.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process as {@code /proc} shows it, independently of the controller and the broker.
 *
 * @param pid its process id
 * @param startTicks when it started, field 22 of the kernel's stat: a pid that is used again is
 *     another process
 */
public record SeenProcess(long pid, long startTicks) {
  private static final int STATE = 0;
  private static final int START_TICKS = 19;

  /** Returns the process that has this pid now; empty if there is none. */
  public static Optional<SeenProcess> look(long pid) {
    return fields(pid).map(fields -> new SeenProcess(pid, Long.parseLong(fields[START_TICKS])));
  }

  /** Whether the process is gone: its pid is free, belongs to another process, or to a zombie. */
  public boolean isGone() {
    return fields(pid)
        .map(fields ->
            Long.parseLong(fields[START_TICKS]) != startTicks || fields[STATE].equals("Z"))
        .orElse(true);
  }

  /** The fields of stat from the third on: the second may hold blanks, and ends with the last ). */
  private static Optional<String[]> fields(long pid) {
    try {
      String stat =
          Files.readString(
              Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
      return Optional.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
