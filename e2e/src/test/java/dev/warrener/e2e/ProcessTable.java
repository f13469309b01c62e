package dev.warrener.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the kernel says of processes: nobody else's word. */
final class ProcessTable {
  /** The kernel's clock ticks are hundredths of a second on every Linux that Java runs on. */
  private static final long NANOS_PER_TICK = 10_000_000;

  private ProcessTable() {}

  /**
   * A process as the kernel shows it.
   *
   * @param startTicks since the machine's start: field 22 of its stat
   */
  record Entry(long pid, char state, long startTicks, String command) {
    boolean lives() {
      return state != 'Z' && state != 'X';
    }

    /** By the clock that {@link System#nanoTime} reads, to a tick. */
    long startNanos() {
      return startTicks * NANOS_PER_TICK;
    }
  }

  static Optional<Entry> entry(long pid) {
    try {
      var stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
      int end = stat.lastIndexOf(')');
      var fields = stat.substring(end + 2).split(" ", -1);
      return Optional.of(
          new Entry(
              pid,
              fields[0].charAt(0),
              Long.parseLong(fields[19]),
              stat.substring(stat.indexOf('(') + 1, end)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  static List<Long> pids() {
    var pids = new ArrayList<Long>();
    try (var entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (var entry : entries) {
        pids.add(Long.parseLong(entry.getFileName().toString()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return pids;
  }

  /** What a process was started with, arguments apart by NUL; empty if it is gone. */
  static String commandLine(long pid) {
    return read("/proc/" + pid + "/cmdline");
  }

  /** The controller whose worker a process is, or descends from; null if that can't be seen. */
  static @Nullable String controllerOf(long pid) {
    for (var variable : read("/proc/" + pid + "/environ").split("\0", -1)) {
      if (variable.startsWith("WARRENER_COOKIE=")) {
        return variable.substring("WARRENER_COOKIE=".length()).split("/", -1)[0];
      }
    }
    return null;
  }

  /** The processes that carry the mark of this very run of a controller, and live. */
  static List<Entry> marked(String controller, long controllerPid) {
    var marked = new ArrayList<Entry>();
    for (long pid : pids()) {
      var environment = read("/proc/" + pid + "/environ");
      int mark = environment.indexOf("WARRENER_COOKIE=" + controller + "/");
      if (mark >= 0
          && environment.substring(mark).split("\0", 2)[0].contains("/" + controllerPid + "/")) {
        entry(pid).filter(Entry::lives).ifPresent(marked::add);
      }
    }
    return marked;
  }

  /** The worker processes of this very run of a controller: those that run Java. */
  static List<Long> workersOf(String controller, long controllerPid) {
    return marked(controller, controllerPid).stream()
        .filter(entry -> entry.command().equals("java"))
        .map(Entry::pid)
        .sorted()
        .toList();
  }

  /** Living processes that sleep for exactly so many seconds, whoever started them. */
  static List<Entry> sleepers(long seconds) {
    var sleepers = new ArrayList<Entry>();
    for (long pid : pids()) {
      if (commandLine(pid).equals("sleep\0" + seconds + "\0")) {
        entry(pid).filter(Entry::lives).ifPresent(sleepers::add);
      }
    }
    return sleepers;
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
