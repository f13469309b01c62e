package dev.warrener.ops.view;

import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.screen.Cell;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Table;
import dev.warrener.ops.screen.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code warrener batch list}. */
@Command(
    name = "list",
    description = {
      "The batches of which a task runs now, or that a hold or a revocation names.",
      "",
      "What of a batch waits can't be seen: to read a task from a queue is to take it out of it."
          + " What of it is dead is shown by warrener dead list QUEUE --batch NAME."
    })
public final class BatchListCommand extends FleetCommand {
  @Mixin private WatchOptions watching = new WatchOptions();

  public BatchListCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  public ExitStatus run() throws InterruptedException {
    var screen = invocation().screen();
    return watching.run(invocation(), "batch list", snapshot -> show(screen, snapshot));
  }

  static void show(Screen screen, Snapshot snapshot) {
    var batches = Batch.all(snapshot);
    switch (screen.format()) {
      case TABLE -> {
        if (batches.isEmpty()) {
          snapshot
              .emptiness("No task of a batch runs, and no hold or revocation names one")
              .map(sentence -> sentence + " Waiting tasks are not seen.")
              .ifPresent(screen::say);
        } else {
          screen.result(table(batches, snapshot.at()));
        }
      }
      case JSON -> screen.resultJson(batches);
      case JSONL -> batches.forEach(screen::resultJsonLine);
      case NAME -> batches.forEach(batch -> screen.resultName(batch.batch()));
    }
    snapshot.sayUnheard(screen, "what runs there is not shown");
  }

  private static Cell state(Batch batch) {
    if (batch.revocations().isEmpty()) {
      return batch.holds().isEmpty() ? Cell.EMPTY : Cell.of("held", Tone.WARN);
    }
    return Cell.of(batch.holds().isEmpty() ? "revoked" : "revoked, held", Tone.WARN);
  }

  private static Table table(List<Batch> batches, Instant now) {
    var table =
        new Table()
            .left("BATCH")
            .right("RUNNING")
            .right("LONGEST")
            .left("QUEUES")
            .left("CONTROLLERS")
            .left("");
    for (var batch : batches) {
      var running = batch.running();
      table.row(
          Cell.of(batch.batch()),
          Cell.of(running.size()),
          running.isEmpty()
              ? Cell.EMPTY
              : Cell.of(Phrases.brief(Duration.between(running.getFirst().since(), now))),
          Cell.of(Text.list(running.stream().map(RunningTask::queue))),
          Cell.of(Text.list(running.stream().map(RunningTask::controller))),
          state(batch));
    }
    return table;
  }
}
