package dev.warrener.ops.view;

import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.view.StatusCommand.QueueJson;
import picocli.CommandLine.Command;

/** {@code warrener queue list}. */
@Command(
    name = "list",
    description = {
      "The queues, with the broker's own counts: those that a controller serves, and those that"
          + " nobody serves.",
      "",
      "A queue that nobody serves is known if a controller has served it before, or warrener queue"
          + " create has made it."
    })
public final class QueueListCommand extends FleetCommand {
  public QueueListCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  public ExitStatus run() throws InterruptedException {
    var screen = invocation().screen();
    try (var view = FleetView.open(invocation(), "queue list")) {
      var snapshot = view.look();
      show(screen, snapshot);
      return snapshot.status();
    }
  }

  static void show(Screen screen, Snapshot snapshot) {
    var queues =
        snapshot.queueNames().stream().map(queue -> QueueJson.of(queue, snapshot)).toList();
    switch (screen.format()) {
      case TABLE -> {
        if (queues.isEmpty()) {
          snapshot.emptiness("No queue is served").ifPresent(screen::say);
        } else {
          screen.result(StatusCommand.queues(snapshot));
        }
      }
      case JSON -> screen.resultJson(queues);
      case JSONL -> queues.forEach(screen::resultJsonLine);
      case NAME -> queues.forEach(queue -> screen.resultName(queue.queue()));
    }
    snapshot.sayUnheard(screen, "who serves a queue there is not shown");
    snapshot.unserved().sayGap(screen);
  }
}
