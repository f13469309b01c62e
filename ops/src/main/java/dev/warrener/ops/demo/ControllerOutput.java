package dev.warrener.ops.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The output of the demo's controller: the lines of its handlers, and the warnings and errors of
 * its log. Thread-safe: one thread writes, another reads.
 */
final class ControllerOutput {
  private static final String TASK_LINE = "task|";

  /** The two lines that the handler prints. */
  private static final Pattern SPOKEN = Pattern.compile("Task .* (running|Done)$");

  private static final int COMPLAINTS_SHOWN = 3;

  private final BlockingQueue<String> spoken = new LinkedBlockingQueue<>();
  private final List<String> complaints = new ArrayList<>();

  /** Takes in a line; called on the thread that reads the controller's output. */
  void hear(String line) {
    if (line.startsWith(TASK_LINE)) {
      var match = SPOKEN.matcher(line);
      if (match.find()) {
        spoken.add(match.group());
      }
    } else if (!line.contains("|INFO|")) {
      synchronized (complaints) {
        complaints.add(line);
      }
    }
  }

  /** Waits for the next line of a handler; empty if none comes in time. */
  Optional<String> next(Duration timeout) throws InterruptedException {
    return Optional.ofNullable(spoken.poll(timeout.toMillis(), TimeUnit.MILLISECONDS));
  }

  /** Returns the lines of handlers that have come meanwhile. */
  List<String> rest() {
    var lines = new ArrayList<String>();
    spoken.drainTo(lines);
    return lines;
  }

  /** Returns the complaints in the controller's log. */
  List<String> complaints() {
    synchronized (complaints) {
      return List.copyOf(complaints);
    }
  }

  /** Returns the last complaints in one line. */
  String lastComplaints() {
    var all = complaints();
    return all.isEmpty()
        ? "the controller has printed nothing"
        : String.join("; ", all.subList(Math.max(0, all.size() - COMPLAINTS_SHOWN), all.size()));
  }
}
