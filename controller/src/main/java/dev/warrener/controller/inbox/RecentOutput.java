package dev.warrener.controller.inbox;

import dev.warrener.controller.process.WorkerKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The last lines that each worker and its task have printed: what is left to look at when a task
 * has killed its worker. Thread-safe; a line is kept until its worker's death is told.
 */
public final class RecentOutput {
  private static final int MOST_LINES = 10;
  private static final int LONGEST = 160;

  private final Map<WorkerKey, Deque<String>> lines = new ConcurrentHashMap<>();

  /** A worker has started: what was said before is of no worker that lives. */
  public void begin(WorkerKey worker) {
    lines.put(worker, new ArrayDeque<>());
  }

  /** A worker, or its task, has printed a line. */
  public void heard(WorkerKey worker, String line) {
    if (line.isBlank()) {
      return;
    }
    lines.computeIfPresent(
        worker,
        (key, said) -> {
          if (said.size() == MOST_LINES) {
            said.removeFirst();
          }
          said.addLast(line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…");
          return said;
        });
  }

  /** Takes what a worker that is dead had said last, oldest first. */
  public List<String> take(WorkerKey worker) {
    var said = lines.remove(worker);
    return said == null ? List.of() : List.copyOf(said);
  }
}
