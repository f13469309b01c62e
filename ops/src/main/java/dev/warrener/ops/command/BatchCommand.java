package dev.warrener.ops.command;

import dev.warrener.messaging.report.Presence.Hold;
import dev.warrener.ops.CommandFailure;
import dev.warrener.ops.ExitStatus;
import dev.warrener.ops.command.FleetView.Snapshot;
import dev.warrener.ops.screen.Cell;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Table;
import dev.warrener.ops.screen.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code warrener batch …}. */
@Command(name = "batch", description = "Batches of which a task runs now, or that are held.")
final class BatchCommand {
  private BatchCommand() {}

  static BatchCommand group() {
    return new BatchCommand();
  }

  /**
   * A batch as far as controllers see it; also its JSON.
   *
   * @param running its tasks that run, the longest first
   * @param holds in force that name it
   */
  record Batch(String batch, List<RunningTask> running, List<Hold> holds) {
    static Batch of(String name, Snapshot snapshot) {
      return new Batch(
          name,
          RunningTask.of(snapshot).stream().filter(one -> name.equals(one.batch())).toList(),
          StatusCommand.holds(snapshot.roster().presences().values()).keySet().stream()
              .filter(hold -> hold.scope().batches().contains(name))
              .toList());
    }

    static List<Batch> all(Snapshot snapshot) {
      var names = new TreeSet<>(snapshot.roster().batches());
      StatusCommand.holds(snapshot.roster().presences().values())
          .keySet()
          .forEach(hold -> names.addAll(hold.scope().batches()));
      return names.stream().map(name -> of(name, snapshot)).toList();
    }
  }

  /** {@code warrener batch list}. */
  @Command(
      name = "list",
      description = {
        "The batches of which a task runs now, or that a hold names.",
        "",
        "What of a batch waits can't be seen: to read a task from a queue is to take it out of it."
            + " What of it is dead is shown by warrener dead list QUEUE --batch NAME."
      })
  static final class BatchList extends FleetCommand {
    @Mixin private Watching watching = new Watching();

    BatchList(Invocation invocation) {
      super(invocation);
    }

    @Override
    ExitStatus run() throws InterruptedException {
      var screen = invocation().screen();
      return watching.run(invocation(), "batch list", snapshot -> show(screen, snapshot));
    }

    private static void show(Screen screen, Snapshot snapshot) {
      var batches = Batch.all(snapshot);
      snapshot.sayAlarm(screen);
      switch (screen.format()) {
        case TABLE -> {
          if (batches.isEmpty()) {
            screen.say("No task of a batch runs, and no hold names one; what waits is not seen.");
          } else {
            screen.result(table(batches, snapshot.at()));
          }
          snapshot.saySilent(screen, "what it runs is not shown");
        }
        case JSON -> screen.resultJson(batches);
        case JSONL -> batches.forEach(screen::resultJsonLine);
        case NAME -> batches.forEach(batch -> screen.result(batch.batch()));
      }
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
                : Cell.of(Text.brief(Duration.between(running.getFirst().since(), now))),
            Cell.of(Text.list(running.stream().map(RunningTask::queue))),
            Cell.of(Text.list(running.stream().map(RunningTask::controller))),
            batch.holds().isEmpty() ? Cell.EMPTY : Cell.of("held", Tone.WARN));
      }
      return table;
    }
  }

  /** {@code warrener batch show}. */
  @Command(
      name = "show",
      description = {
        "The tasks of a batch that run now, and the holds that name it.",
        "",
        "What of it waits can't be seen: to read a task from a queue is to take it out of it. What"
            + " of it is dead is shown by warrener dead list QUEUE --batch NAME."
      })
  static final class Show extends FleetCommand {
    @Parameters(paramLabel = "NAME", description = "The batch's name.")
    private String name = "";

    @Mixin private LocalOptions localOptions = new LocalOptions();

    Show(Invocation invocation) {
      super(invocation);
    }

    @Override
    ExitStatus run() throws InterruptedException {
      var screen = invocation().screen();
      try (var view = localOptions.view(invocation(), "batch show")) {
        var snapshot = view.look();
        snapshot.sayAlarm(screen);
        snapshot.saySilent(screen, "what it runs is not known");
        var batch = Batch.of(name, snapshot);
        if (batch.running().isEmpty() && batch.holds().isEmpty()) {
          throw new CommandFailure(
              TaskCommand.statusOfAbsence(snapshot),
              "no task of batch "
                  + name
                  + " runs on any controller that answered"
                  + Failures.didYouMean(
                      name, Batch.all(snapshot).stream().map(Batch::batch).toList())
                  + " (what of it waits can't be seen; what is dead: warrener dead list QUEUE"
                  + " --batch "
                  + name
                  + ")");
        }
        show(screen, batch, snapshot);
        return ExitStatus.DONE;
      }
    }

    private static void show(Screen screen, Batch batch, Snapshot snapshot) {
      switch (screen.format()) {
        case TABLE -> {
          screen.result(
              "batch "
                  + batch.batch()
                  + ": "
                  + Text.count(batch.running().size(), "task")
                  + " running");
          StatusCommand.holdLines(screen, snapshot, batch.holds()::contains)
              .forEach(screen::result);
          if (!batch.running().isEmpty()) {
            screen.result("");
            screen.result(RunningTask.table(batch.running(), snapshot.at()));
          }
        }
        case JSON, JSONL -> screen.resultJson(batch);
        case NAME -> batch.running().forEach(one -> screen.result(one.task()));
      }
    }
  }
}
