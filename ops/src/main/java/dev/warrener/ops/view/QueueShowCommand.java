package dev.warrener.ops.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.warrener.messaging.broker.FleetProbe.QueueDepth;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.report.Presence.Hold;
import dev.warrener.messaging.text.Suggestions;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.Arguments;
import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.screen.Cell;
import dev.warrener.ops.screen.Facts;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Table;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code warrener queue show}. */
@Command(
    name = "show",
    description = {
      "Show a queue: the broker's counts, the controllers that serve it, its holds, and its running"
          + " tasks.",
      "",
      "Waiting tasks are counted, not shown, because reading one would take it out of the queue."
    })
public final class QueueShowCommand extends FleetCommand {
  @Parameters(paramLabel = "QUEUE", description = "The queue's name.")
  private String queue = "";

  public QueueShowCommand(Invocation invocation) {
    super(invocation);
  }

  /**
   * A controller that serves the queue.
   *
   * @param workers of it that serve this queue
   * @param running tasks of it that run there
   * @param waiting tasks of it that the controller holds and has not started
   */
  record Server(String controller, int workers, int running, int waiting, boolean held) {
    static List<Server> of(String queue, Snapshot snapshot) {
      return snapshot.roster().presences().values().stream()
          .flatMap(presence ->
              presence.queues().stream()
                  .filter(served -> served.name().equals(queue))
                  .map(served ->
                      new Server(
                          presence.id(),
                          served.workers(),
                          served.running(),
                          served.waiting(),
                          served.held())))
          .toList();
    }
  }

  /**
   * A queue with all that is known of it, and its JSON. Counts that the broker did not give are
   * left out.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Queue(
      String queue,
      @Nullable Long waiting,
      @Nullable Long retrying,
      @Nullable Long dead,
      List<Server> controllers,
      List<Hold> holds,
      List<RunningTask> running) {

    static Queue of(String name, @Nullable QueueDepth depth, Snapshot snapshot) {
      return new Queue(
          name,
          depth == null ? null : depth.waiting(),
          depth == null ? null : depth.retrying(),
          depth == null ? null : depth.dead(),
          Server.of(name, snapshot),
          StatusCommand.holds(snapshot.roster().presences().values()).keySet().stream()
              .filter(hold -> hold.scope().coversQueue(name))
              .toList(),
          RunningTask.of(snapshot).stream().filter(one -> one.queue().equals(name)).toList());
    }
  }

  @Override
  public ExitStatus run() throws InterruptedException {
    Arguments.requireQueue(queue);
    var screen = invocation().screen();
    try (var view = FleetView.open(invocation(), "queue show")) {
      var snapshot = view.look();
      return show(screen, depth(view, snapshot), snapshot);
    }
  }

  ExitStatus show(Screen screen, @Nullable QueueDepth depth, Snapshot snapshot) {
    snapshot.sayUnheard(screen, "who serves the queue there is not known");
    var shown = Queue.of(queue, depth, snapshot);
    switch (screen.format()) {
      case TABLE -> show(screen, shown, snapshot);
      case JSON, JSONL -> screen.resultJson(shown);
      case NAME -> screen.resultName(queue);
    }
    return snapshot.status();
  }

  /**
   * Whether the queue exists. A served queue does, also for a user who may not ask the broker for
   * counts.
   */
  private @Nullable QueueDepth depth(FleetView view, Snapshot snapshot) {
    boolean isServed = snapshot.roster().queues().contains(queue);
    QueueDepth depth;
    try {
      depth = view.depth(queue);
    } catch (NotAllowedException e) {
      if (isServed) {
        return null;
      }
      throw e;
    }
    if (depth == null && !isServed) {
      throw new CommandFailure(
          ExitStatus.UNKNOWN_TARGET,
          "no queue "
              + queue
              + Suggestions.didYouMean(queue, snapshot.roster().queues())
              + " (warrener queue list shows those that are served)");
    }
    return depth;
  }

  private static void show(Screen screen, Queue shown, Snapshot snapshot) {
    new Facts("queue " + shown.queue())
        .add("waiting", count(shown.waiting()))
        .add("retrying", count(shown.retrying()))
        .add("dead", count(shown.dead()))
        .add("running", shown.running().size())
        .lines()
        .forEach(screen::result);
    StatusCommand.holdLines(screen, snapshot, shown.holds()::contains).forEach(screen::result);
    if (shown.controllers().isEmpty()) {
      screen.say("No controller that answered serves it.");
    } else {
      screen.result("");
      screen.result(servers(shown.controllers()));
    }
    if (!shown.running().isEmpty()) {
      screen.result("");
      screen.result(RunningTask.table(shown.running(), snapshot.at()));
    }
  }

  private static String count(@Nullable Long number) {
    return number == null ? "? (not allowed to ask)" : Phrases.grouped(number);
  }

  private static Table servers(List<Server> servers) {
    var table =
        new Table()
            .left("CONTROLLER")
            .right("WORKERS")
            .right("RUNNING")
            .right("WAITING THERE")
            .left("");
    for (var server : servers) {
      table.row(
          Cell.of(server.controller()),
          Cell.of(server.workers()),
          Cell.of(server.running()),
          Cell.of(server.waiting()),
          server.held() ? Cell.of("held", Tone.WARN) : Cell.EMPTY);
    }
    return table;
  }
}
