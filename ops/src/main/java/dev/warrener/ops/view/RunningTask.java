package dev.warrener.ops.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Presence.WorkerPresence;
import dev.warrener.messaging.report.TaskProgress;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.screen.Cell;
import dev.warrener.ops.screen.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A task that a worker runs now, as its controller reports it, and its JSON. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record RunningTask(
    String task,
    @Nullable Integer attempt,
    String queue,
    @Nullable String handler,
    @Nullable String batch,
    Instant since,
    String worker,
    long incarnation,
    @Nullable Long pid,
    String controller,
    String host,
    @Nullable TaskProgress progress) {
  /** The most characters of a progress in a table. */
  private static final int LONGEST_PROGRESS = 24;

  private static RunningTask of(Presence presence, WorkerPresence worker, String task) {
    return new RunningTask(
        task,
        worker.attempt(),
        worker.queue(),
        worker.handler(),
        worker.batch(),
        worker.since(),
        presence.id() + "/" + worker.slot(),
        worker.incarnation(),
        worker.pid(),
        presence.id(),
        presence.host(),
        worker.progress());
  }

  /** Returns all running tasks, the longest first. */
  static List<RunningTask> of(Snapshot snapshot) {
    var running = new ArrayList<RunningTask>();
    for (var presence : snapshot.roster().presences().values()) {
      for (var worker : presence.workers()) {
        var task = worker.task();
        if (task != null) {
          running.add(of(presence, worker, task));
        }
      }
    }
    running.sort(Comparator.comparing(RunningTask::since));
    return running;
  }

  static Table table(List<RunningTask> running, Instant now) {
    var table =
        new Table()
            .left("TASK")
            .left("QUEUE")
            .left("HANDLER")
            .left("BATCH")
            .right("ATTEMPT")
            .right("FOR")
            .left("WORKER")
            .left("PROGRESS");
    for (var one : running) {
      var attempt = one.attempt();
      table.row(
          Cell.of(one.task()),
          Cell.of(one.queue()),
          Cell.orEmpty(one.handler()),
          Cell.orEmpty(one.batch()),
          attempt == null ? Cell.EMPTY : Cell.of(attempt),
          Cell.of(Phrases.brief(Duration.between(one.since(), now))),
          Cell.of(one.worker()),
          progress(one.progress()));
    }
    return table;
  }

  /** Returns the cell of a table for a progress. */
  static Cell progress(@Nullable TaskProgress progress) {
    if (progress == null) {
      return Cell.EMPTY;
    }
    var line = progress.describe();
    return Cell.of(
        line.length() <= LONGEST_PROGRESS ? line : line.substring(0, LONGEST_PROGRESS - 1) + "…");
  }
}
