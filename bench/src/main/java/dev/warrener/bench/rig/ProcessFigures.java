package dev.warrener.bench.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Reads figures of processes from {@code /proc}. */
public final class ProcessFigures {
  private static final double TICKS_PER_SECOND = 100;

  private ProcessFigures() {}

  /** Returns the processor seconds that a process has used, without those of its children. */
  public static double cpuSeconds(long pid) {
    return cpuSeconds(Path.of("/proc/" + pid + "/stat"));
  }

  /** Returns the processor seconds of each thread of a process, by the threads' names. */
  public static Map<String, Double> cpuSecondsByThread(long pid) {
    return byThread(pid, task -> cpuSeconds(task.resolve("stat")));
  }

  /**
   * Returns the processor milliseconds of each living thread of a process, by the threads' names.
   * They are exact, where {@link #cpuSecondsByThread} counts in hundredths of a second.
   */
  public static Map<String, Double> cpuMillisByThread(long pid) {
    return byThread(
        pid,
        task ->
            Long.parseLong(Files.readString(task.resolve("schedstat")).split(" ", -1)[0]) / 1e6);
  }

  private interface Figure {
    double of(Path task) throws IOException;
  }

  private static Map<String, Double> byThread(long pid, Figure figure) {
    var threads = new HashMap<String, Double>();
    try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
      for (var task : tasks.toList()) {
        try {
          var name = Files.readString(task.resolve("comm")).strip().replaceAll("[0-9]+$", "N");
          threads.merge(name, figure.of(task), Double::sum);
        } catch (IOException e) {
          // The thread has ended meanwhile.
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return threads;
  }

  private static double cpuSeconds(Path stat) {
    try {
      var text = Files.readString(stat);
      var fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
      return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    } catch (IOException e) {
      return 0;
    }
  }

  /**
   * Returns the proportional set size of a process in megabytes: a page that n processes share
   * counts as one n-th.
   */
  public static double proportionalMegabytes(long pid) {
    return megabytes(Path.of("/proc/" + pid + "/smaps_rollup"), "Pss:");
  }

  /** Returns the resident set size of a process in megabytes. */
  public static double residentMegabytes(long pid) {
    return megabytes(Path.of("/proc/" + pid + "/status"), "VmRSS:");
  }

  private static double megabytes(Path file, String field) {
    try {
      for (var line : Files.readAllLines(file)) {
        if (line.startsWith(field)) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalStateException(file + " has no " + field);
  }

  /** Returns the living processes with this name in {@code comm}. */
  public static List<Long> named(String name) {
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(pid -> {
          try {
            return Files.readString(Path.of("/proc/" + pid + "/comm")).strip().equals(name);
          } catch (IOException e) {
            return false;
          }
        })
        .toList();
  }

  /** Returns the living descendants of a process. */
  public static List<Long> descendants(long pid) {
    return ProcessHandle.of(pid).stream()
        .flatMap(ProcessHandle::descendants)
        .map(ProcessHandle::pid)
        .toList();
  }

  /** Returns the words of a process's command line, or an empty list if it has ended. */
  public static List<String> commandLine(long pid) {
    try {
      var words = new ArrayList<String>();
      for (var word : Files.readString(Path.of("/proc/" + pid + "/cmdline")).split("\0", -1)) {
        words.add(word);
      }
      if (!words.isEmpty()) {
        words.removeLast();
      }
      return words;
    } catch (IOException e) {
      return List.of();
    }
  }
}
