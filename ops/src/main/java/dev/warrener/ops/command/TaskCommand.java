package dev.warrener.ops.command;

import dev.warrener.ops.CommandFailure;
import dev.warrener.ops.ExitStatus;
import dev.warrener.ops.command.FleetView.Snapshot;
import dev.warrener.ops.screen.Facts;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Text;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code warrener task …}. */
@Command(name = "task", description = "Tasks that run now.")
final class TaskCommand {
  private TaskCommand() {}

  static TaskCommand group() {
    return new TaskCommand();
  }

  /** {@code warrener task list}. */
  @Command(
      name = "list",
      description = {
        "The tasks that run now, the longest first, and how many wait.",
        "",
        "Those that wait are counted, not listed: to read a task from a queue is to take it out of"
            + " it. Those that are dead are shown by warrener dead list."
      })
  static final class TaskList extends FleetCommand {
    @Option(names = "--controller", paramLabel = "ID", description = "Only at this controller.")
    private @Nullable String controller;

    @Option(names = "--queue", paramLabel = "NAME", description = "Only of this queue.")
    private @Nullable String queue;

    @Option(names = "--batch", paramLabel = "NAME", description = "Only of this batch.")
    private @Nullable String batch;

    @Mixin private Watching watching = new Watching();

    TaskList(Invocation invocation) {
      super(invocation);
    }

    @Override
    ExitStatus run() throws InterruptedException {
      var screen = invocation().screen();
      return watching.run(invocation(), "task list", snapshot -> show(screen, snapshot));
    }

    private void show(Screen screen, Snapshot snapshot) {
      var running =
          RunningTask.of(snapshot).stream()
              .filter(one -> controller == null || controller.equals(one.controller()))
              .filter(one -> queue == null || queue.equals(one.queue()))
              .filter(one -> batch == null || batch.equals(one.batch()))
              .toList();
      snapshot.sayAlarm(screen);
      switch (screen.format()) {
        case TABLE -> {
          if (running.isEmpty()) {
            screen.say("No task runs.");
          } else {
            screen.result(RunningTask.table(running, snapshot.at()));
          }
          screen.say(Waiting.of(snapshot).sentence());
          snapshot.saySilent(screen, "what it runs is not shown");
        }
        case JSON -> screen.resultJson(running);
        case JSONL -> running.forEach(screen::resultJsonLine);
        case NAME -> running.forEach(one -> screen.result(one.task()));
      }
    }
  }

  /** {@code warrener task show}. */
  @Command(
      name = "show",
      description = {
        "A task that runs now: where, since when, which attempt.",
        "",
        "One that waits can't be shown: to read a task from a queue is to take it out of it. One"
            + " that is dead is shown by warrener dead show."
      })
  static final class Show extends FleetCommand {
    @Parameters(paramLabel = "ID", description = "The task's id.")
    private String id = "";

    @Mixin private LocalOptions localOptions = new LocalOptions();

    Show(Invocation invocation) {
      super(invocation);
    }

    @Override
    ExitStatus run() throws InterruptedException {
      var screen = invocation().screen();
      try (var view = localOptions.view(invocation(), "task show")) {
        var snapshot = view.look();
        snapshot.sayAlarm(screen);
        snapshot.saySilent(screen, "what it runs is not known");
        var runs = RunningTask.of(snapshot).stream().filter(one -> one.task().equals(id)).toList();
        if (runs.isEmpty()) {
          throw notRunning(id, snapshot);
        }
        switch (screen.format()) {
          case TABLE -> runs.forEach(run -> describe(run, snapshot.at()).forEach(screen::result));
          case JSON, JSONL -> runs.forEach(screen::resultJson);
          case NAME -> screen.result(id);
        }
        return ExitStatus.DONE;
      }
    }

    private static List<String> describe(RunningTask run, Instant now) {
      return new Facts("task " + run.task())
          .add("state", "running")
          .add("since", Text.stamp(run.since()) + " (" + Text.ago(run.since(), now) + ")")
          .add("attempt", run.attempt())
          .add("queue", run.queue())
          .add("handler", run.handler())
          .add("batch", run.batch())
          .add("worker", run.worker())
          .add("incarnation", run.incarnation())
          .add("pid", run.pid())
          .add("host", run.host())
          .lines();
    }
  }

  /** Without an answer of everybody it may run where nobody can see it. */
  static CommandFailure notRunning(String id, Snapshot snapshot) {
    return new CommandFailure(
        statusOfAbsence(snapshot),
        "task "
            + id
            + " is not running on any controller that answered"
            + Failures.didYouMean(id, snapshot.roster().tasks())
            + " (if it has not ended it may wait, which can't be seen, or be dead: warrener dead"
            + " show "
            + queueToTry(snapshot)
            + " "
            + id
            + ")");
  }

  /** What it means that something was not found. */
  static ExitStatus statusOfAbsence(Snapshot snapshot) {
    return snapshot.roster().silent().isEmpty() ? ExitStatus.UNKNOWN_TARGET : ExitStatus.NO_ANSWER;
  }

  /** The only queue that there is, by name. */
  private static String queueToTry(Snapshot snapshot) {
    var queues = snapshot.roster().queues();
    return queues.size() == 1 ? queues.first() : "QUEUE";
  }
}
