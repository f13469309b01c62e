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

/** What the handlers themselves wrote down: each run's start, beats and end, a line each. */
final class Journal {
  private final Path file;

  Journal(Path file) {
    this.file = file;
  }

  /** One run's start. */
  record Start(String task, int attempt, long pid) {}

  /**
   * One run, as far as it came.
   *
   * @param start by the machine's monotonic clock, in nanoseconds
   * @param last the last sign of it
   * @param ended whether it came to its end
   */
  record JournalRun(String task, int attempt, long pid, long start, long last, boolean ended) {
    /** Whether both were seen running at one moment. */
    boolean overlaps(JournalRun other) {
      return start <= other.last && other.start <= last;
    }
  }

  String input(double seconds) {
    return "{\"file\":\"" + file + "\",\"seconds\":" + seconds + "}";
  }

  /** The input of a task that also writes a line each tenth of a second. */
  String beating(double seconds) {
    return "{\"file\":\"" + file + "\",\"seconds\":" + seconds + ",\"beat\":0.1}";
  }

  /** Every run, in the order of their starts. */
  List<JournalRun> runs() {
    var runs = new ArrayList<JournalRun>();
    var open = new HashMap<String, Integer>();
    for (var line : lines()) {
      var key = line[1] + " " + line[2] + " " + line[3];
      long at = Long.parseLong(line[4]);
      if (line[0].equals("start")) {
        open.put(key, runs.size());
        runs.add(
            new JournalRun(
                line[1], Integer.parseInt(line[2]), Long.parseLong(line[3]), at, at, false));
      } else {
        int index = open.get(key);
        var run = runs.get(index);
        runs.set(
            index,
            new JournalRun(
                run.task(), run.attempt(), run.pid(), run.start(), at, line[0].equals("end")));
      }
    }
    return runs;
  }

  /** The runs of one task. */
  List<JournalRun> runsOf(String task) {
    return runs().stream().filter(run -> run.task().equals(task)).toList();
  }

  private List<String[]> lines() {
    if (!Files.exists(file)) {
      return List.of();
    }
    var lines = new ArrayList<String[]>();
    try {
      for (var line : Files.readAllLines(file)) {
        var words = line.split(" ", -1);
        // The last line may be on its way to the disk.
        if (words.length == 5) {
          lines.add(words);
        }
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
