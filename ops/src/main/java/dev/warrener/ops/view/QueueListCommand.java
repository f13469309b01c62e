package dev.warrener.ops.view;

import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.view.StatusCommand.QueueJson;
import picocli.CommandLine.Command;

/** {@code warrener queue list}. */
@Command(
    name = "list",
    description = "The queues that a controller serves, with the broker's own counts.")
public final class QueueListCommand extends FleetCommand {
  public QueueListCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  public ExitStatus run() throws InterruptedException {
    var screen = invocation().screen();
    try (var view = FleetView.open(invocation(), "queue list")) {
      var snapshot = view.look();
      snapshot.sayAlarm(screen);
      var queues =
          snapshot.roster().queues().stream().map(queue -> QueueJson.of(queue, snapshot)).toList();
      switch (screen.format()) {
        case TABLE -> {
          if (queues.isEmpty()) {
            screen.say(
                "No controller " + (snapshot.alarm() == null ? "serves" : "names") + " a queue.");
          } else {
            screen.result(StatusCommand.queues(snapshot));
          }
        }
        case JSON -> screen.resultJson(queues);
        case JSONL -> queues.forEach(screen::resultJsonLine);
        case NAME -> queues.forEach(queue -> screen.resultName(queue.queue()));
      }
      return ExitStatus.DONE;
    }
  }
}
