package dev.warrener.controller.inbox;

import dev.warrener.controller.death.WorkerKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The last lines that each worker and its task have printed, since the task started, kept until the
 * worker's death is reported: they often say why a task has killed its worker. Thread-safe.
 */
final class RecentOutput {
  private static final int MOST_LINES = 10;
  private static final int LONGEST = 160;

  private final Map<WorkerKey, Deque<String>> lines = new ConcurrentHashMap<>();

  /** Starts to keep lines of a worker that has just been started. */
  void begin(WorkerKey worker) {
    lines.put(worker, new ArrayDeque<>());
  }

  /** Forgets the lines of a worker that stem from before its present run. */
  void beginRun(WorkerKey worker) {
    lines.computeIfPresent(worker, (key, kept) -> new ArrayDeque<>());
  }

  /** Adds a line; does nothing for a blank line, or after {@link #take}. */
  void add(WorkerKey worker, String line) {
    if (line.isBlank()) {
      return;
    }
    lines.computeIfPresent(
        worker,
        (key, kept) -> {
          if (kept.size() == MOST_LINES) {
            kept.removeFirst();
          }
          kept.addLast(line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…");
          return kept;
        });
  }

  /** Removes and returns the last lines of a dead worker, oldest first. */
  List<String> take(WorkerKey worker) {
    var kept = lines.remove(worker);
    return kept == null ? List.of() : List.copyOf(kept);
  }
}
