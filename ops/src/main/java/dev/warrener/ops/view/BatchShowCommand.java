package dev.warrener.ops.view;

import dev.warrener.messaging.text.Suggestions;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.invocation.LocalOptions;
import dev.warrener.ops.screen.Screen;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code warrener batch show}. */
@Command(
    name = "show",
    description = {
      "The tasks of a batch that run now, and the holds and revocations that name it.",
      "",
      "What of it waits can't be seen: to read a task from a queue is to take it out of it. What"
          + " of it is dead is shown by warrener dead list QUEUE --batch NAME."
    })
public final class BatchShowCommand extends FleetCommand {
  @Parameters(paramLabel = "NAME", description = "The batch's name.")
  private String name = "";

  @Mixin private LocalOptions localOptions = new LocalOptions();

  public BatchShowCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  public ExitStatus run() throws InterruptedException {
    var screen = invocation().screen();
    try (var view = FleetView.open(invocation(), localOptions, "batch show")) {
      return show(screen, view.look());
    }
  }

  ExitStatus show(Screen screen, Snapshot snapshot) {
    snapshot.sayUnheard(screen, "what runs there is not known");
    var batch = Batch.of(name, snapshot);
    if (batch.running().isEmpty() && batch.holds().isEmpty() && batch.revocations().isEmpty()) {
      throw new CommandFailure(
          snapshot.statusOfAbsence(),
          snapshot.absence("batch " + name, "has no running task", "has a running task")
              + Suggestions.didYouMean(
                  name, Batch.all(snapshot).stream().map(Batch::batch).toList())
              + " (what of it waits can't be seen; what is dead: warrener dead list QUEUE"
              + " --batch "
              + name
              + ")");
    }
    show(screen, batch, snapshot);
    return snapshot.status();
  }

  private static void show(Screen screen, Batch batch, Snapshot snapshot) {
    switch (screen.format()) {
      case TABLE -> {
        screen.result(
            "batch "
                + batch.batch()
                + ": "
                + Phrases.count(batch.running().size(), "task")
                + " running");
        StatusCommand.holdLines(screen, snapshot, batch.holds()::contains).forEach(screen::result);
        Revoked.lines(screen, snapshot, batch.revocations()::contains).forEach(screen::result);
        if (!batch.running().isEmpty()) {
          screen.result("");
          screen.result(RunningTask.table(batch.running(), snapshot.at()));
        }
      }
      case JSON, JSONL -> screen.resultJson(batch);
      case NAME -> batch.running().forEach(one -> screen.resultName(one.task()));
    }
  }
}
