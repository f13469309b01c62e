package dev.warrener.ops.view;

import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.screen.Screen;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code warrener task list}. */
@Command(
    name = "list",
    description = {
      "The tasks that run now, the longest first, and how many wait.",
      "",
      "Those that wait are counted, not listed: to read a task from a queue is to take it out of"
          + " it. Those that are dead are shown by warrener dead list."
    })
public final class TaskListCommand extends FleetCommand {
  @Option(names = "--controller", paramLabel = "ID", description = "Only at this controller.")
  private @Nullable String controller;

  @Option(names = "--queue", paramLabel = "NAME", description = "Only of this queue.")
  private @Nullable String queue;

  @Option(names = "--batch", paramLabel = "NAME", description = "Only of this batch.")
  private @Nullable String batch;

  @Mixin private WatchOptions watching = new WatchOptions();

  public TaskListCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  public ExitStatus run() throws InterruptedException {
    var screen = invocation().screen();
    return watching.run(invocation(), "task list", snapshot -> show(screen, snapshot));
  }

  void show(Screen screen, Snapshot snapshot) {
    var running =
        RunningTask.of(snapshot).stream()
            .filter(one -> controller == null || controller.equals(one.controller()))
            .filter(one -> queue == null || queue.equals(one.queue()))
            .filter(one -> batch == null || batch.equals(one.batch()))
            .toList();
    switch (screen.format()) {
      case TABLE -> {
        if (running.isEmpty()) {
          snapshot.emptiness("No task runs").ifPresent(screen::say);
        } else {
          screen.result(RunningTask.table(running, snapshot.at()));
        }
        if (!snapshot.roster().presences().isEmpty()) {
          screen.say(WaitingTasks.of(snapshot).sentence());
        }
      }
      case JSON -> screen.resultJson(running);
      case JSONL -> running.forEach(screen::resultJsonLine);
      case NAME -> running.forEach(one -> screen.resultName(one.task()));
    }
    snapshot.sayUnheard(screen, "what runs there is not shown");
  }
}
