package dev.warrener.ops.view;

import dev.warrener.messaging.report.WorkerState;
import dev.warrener.ops.view.PsCommand.WorkerJson;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options that choose workers. Busy ones come first, the longest running first of all. Written
 * by picocli.
 */
final class WorkerOptions {
  @Option(names = "--controller", paramLabel = "ID", description = "Only of this controller.")
  private @Nullable String controller;

  @Option(names = "--queue", paramLabel = "NAME", description = "Only of this queue.")
  private @Nullable String queue;

  @Option(names = "--batch", paramLabel = "NAME", description = "Only with a task of this batch.")
  private @Nullable String batch;

  /**
   * The workers that match.
   *
   * @param state that they must be in, or null for any
   */
  List<WorkerJson> of(Snapshot snapshot, @Nullable WorkerState state) {
    var workers = new ArrayList<WorkerJson>();
    for (var presence : snapshot.roster().presences().values()) {
      if (controller != null && !controller.equals(presence.id())) {
        continue;
      }
      presence.workers().stream()
          .filter(worker -> queue == null || queue.equals(worker.queue()))
          .filter(worker -> batch == null || batch.equals(worker.batch()))
          .filter(worker -> state == null || state == worker.state())
          .map(worker -> WorkerJson.of(presence, worker))
          .forEach(workers::add);
    }
    workers.sort(
        Comparator.comparing((WorkerJson worker) -> worker.state() != WorkerState.BUSY)
            .thenComparing(WorkerJson::since));
    return workers;
  }
}
