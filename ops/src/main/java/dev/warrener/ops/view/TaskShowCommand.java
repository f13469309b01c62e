package dev.warrener.ops.view;

import dev.warrener.messaging.text.Suggestions;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.invocation.LocalOptions;
import dev.warrener.ops.invocation.ShortIds;
import dev.warrener.ops.screen.Facts;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Text;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code warrener task show}. */
@Command(
    name = "show",
    description = {
      "A task that runs now: where, since when, which attempt.",
      "",
      "One that waits can't be shown: to read a task from a queue is to take it out of it. One"
          + " that is dead is shown by warrener dead show."
    })
public final class TaskShowCommand extends FleetCommand {
  @Parameters(paramLabel = "ID", description = "The task's id, or the beginning of it.")
  private String id = "";

  @Mixin private LocalOptions localOptions = new LocalOptions();

  public TaskShowCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  public ExitStatus run() throws InterruptedException {
    var screen = invocation().screen();
    try (var view = FleetView.open(invocation(), localOptions, "task show")) {
      return show(screen, view.look());
    }
  }

  ExitStatus show(Screen screen, Snapshot snapshot) {
    snapshot.sayUnheard(screen, "what runs there is not known");
    var runs = named(RunningTask.of(snapshot));
    if (runs.isEmpty()) {
      throw notRunning(id, snapshot);
    }
    switch (screen.format()) {
      case TABLE -> runs.forEach(run -> describe(run, snapshot.at()).forEach(screen::result));
      case JSON, JSONL -> runs.forEach(screen::resultJson);
      case NAME -> runs.forEach(run -> screen.resultName(run.task()));
    }
    return ExitStatus.DONE;
  }

  /** Returns the runs of the task with the id, or of the only one whose id begins with it. */
  private List<RunningTask> named(List<RunningTask> all) {
    var ids = all.stream().map(RunningTask::task).collect(Collectors.toSet());
    var meant = ShortIds.find(id, ids, "running tasks");
    return all.stream().filter(one -> one.task().equals(meant)).toList();
  }

  private static List<String> describe(RunningTask run, Instant now) {
    return new Facts("task " + run.task())
        .add("state", "running")
        .add("since", Text.stamp(run.since()) + " (" + Phrases.ago(run.since(), now) + ")")
        .add("attempt", run.attempt())
        .add("queue", run.queue())
        .add("handler", run.handler())
        .add("batch", run.batch())
        .add("progress", run.progress() == null ? null : run.progress().describe())
        .add("worker", run.worker())
        .add("incarnation", run.incarnation())
        .add("pid", run.pid())
        .add("host", run.host())
        .lines();
  }

  /** Returns the failure for a task that runs at no controller that has answered. */
  private static CommandFailure notRunning(String id, Snapshot snapshot) {
    return new CommandFailure(
        snapshot.statusOfAbsence(),
        snapshot.absence("task " + id, "is not running", "is running")
            + Suggestions.didYouMean(id, snapshot.roster().tasks())
            + " (if it has not ended it may wait, which can't be seen, or be dead: warrener dead"
            + " show "
            + queueToTry(snapshot)
            + " "
            + id
            + ")");
  }

  /** The only queue that there is, by name. */
  private static String queueToTry(Snapshot snapshot) {
    var queues = snapshot.roster().queues();
    return queues.size() == 1 ? queues.first() : "QUEUE";
  }
}
