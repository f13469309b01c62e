package dev.warrener.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the handlers themselves wrote down: each run's start and end, appended in one write. */
final class Journal {
  private final Path file;

  Journal(Path file) {
    this.file = file;
  }

  /** One run's start. */
  record Start(String task, int attempt, long pid) {}

  String input(double seconds) {
    return "{\"file\":\"" + file + "\",\"seconds\":" + seconds + "}";
  }

  private List<String[]> lines() {
    if (!Files.exists(file)) {
      return List.of();
    }
    var lines = new ArrayList<String[]>();
    try {
      for (var line : Files.readAllLines(file)) {
        lines.add(line.split(" ", -1));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return lines;
  }

  List<Start> starts() {
    var starts = new ArrayList<Start>();
    for (var line : lines()) {
      if (line[0].equals("start")) {
        starts.add(new Start(line[1], Integer.parseInt(line[2]), Long.parseLong(line[3])));
      }
    }
    return starts;
  }

  /** How often each task came to its end. */
  Map<String, Integer> ends() {
    var ends = new HashMap<String, Integer>();
    for (var line : lines()) {
      if (line[0].equals("end")) {
        ends.merge(line[1], 1, Integer::sum);
      }
    }
    return ends;
  }

  /** The tasks that have started and not ended. */
  Set<String> unfinished() {
    var unfinished = new HashSet<String>();
    for (var line : lines()) {
      if (line[0].equals("start")) {
        unfinished.add(line[1]);
      } else if (line[0].equals("end")) {
        unfinished.remove(line[1]);
      }
    }
    return unfinished;
  }

  Set<Long> pids() {
    var pids = new HashSet<Long>();
    starts().forEach(start -> pids.add(start.pid()));
    return pids;
  }
}
