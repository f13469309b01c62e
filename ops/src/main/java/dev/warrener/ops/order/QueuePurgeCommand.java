package dev.warrener.ops.order;

import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.operator.connection.BrokerFleetConnection;
import dev.warrener.operator.order.KillPlan.Level;
import dev.warrener.operator.order.OrderFactory;
import dev.warrener.operator.rollcall.Totals;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.Arguments;
import dev.warrener.ops.invocation.CommandContext;
import dev.warrener.ops.invocation.Confirmation;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code warrener queue purge}. */
@Command(
    name = "purge",
    description = {
      "Drop the waiting tasks of a queue for good, also those that wait for a retry.",
      "",
      "Running tasks are not touched: use warrener kill --queue for them."
    })
public final class QueuePurgeCommand extends FleetCommand {
  @Parameters(paramLabel = "QUEUE", description = "The queue's name.")
  private String queue = "";

  @Option(
      names = {"-m", "--reason"},
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Why, for the record.")
  private String reason = "";

  @Option(
      names = {"-n", "--dry-run"},
      description = "Show how many tasks would be dropped, and do nothing.")
  private boolean dryRun;

  @Option(
      names = {"-y", "--yes"},
      description = "Don't ask.")
  private boolean yes;

  @Option(
      names = "--confirm",
      paramLabel = "QUEUE",
      description = 
          "Don't ask. QUEUE is the queue's name, which the question would have you type.")
  private @Nullable String confirm;

  @Mixin private TimeoutOption timeout = new TimeoutOption();

  public QueuePurgeCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  public ExitStatus run() throws InterruptedException {
    Arguments.requireQueue(queue);
    var context = invocation().context();
    var confirmation = new Confirmation(yes, confirm, queue, false);
    var order = order(false);
    var question = order(true);
    try (var connection =
        invocation()
            .connect(invocation().access("queue purge"), List.of(order.id(), question.id()))) {
      return purge(order, question, confirmation, connection, context);
    }
  }

  private Order order(boolean onlyAsks) {
    return OrderFactory.of(
        OrderKind.PURGE,
        Uuid7.next(),
        Scope.ofQueue(queue),
        reason,
        invocation().person(),
        invocation().clock().instant(),
        onlyAsks);
  }

  private ExitStatus purge(
      Order order,
      Order question,
      Confirmation confirmation,
      BrokerFleetConnection connection,
      CommandContext context)
      throws InterruptedException {
    var screen = context.screen();
    var dialogue = new OrderDialogue(connection, context);
    // A queue that is not there is told before anybody is asked for a confirmation.
    var asked = dialogue.ask(question);
    var depth = connection.probe().queue(queue);
    long waiting = depth.waiting() + depth.retrying();
    int inFlight = Totals.of(asked).tasks();
    screen.insist(
        Tone.STRONG,
        "Purge queue "
            + queue
            + ": "
            + Phrases.count(waiting, "waiting task")
            + " will be gone; "
            + inFlight
            + " in flight "
            + (inFlight == 1 ? "is" : "are")
            + " not touched");
    if (dryRun) {
      screen.result(Long.toString(waiting));
      return ExitStatus.DONE;
    }
    confirmation.require(Level.TYPED, "Purge " + Phrases.count(waiting, "task"), context.prompt());
    if (!dialogue.roster().queues().contains(queue)) {
      // No controller serves it, so none holds a task of it that could come back.
      show(screen, connection.session().purge(queue));
      return ExitStatus.DONE;
    }
    return dialogue.send(order, timeout.timeout());
  }

  private void show(Screen screen, long purged) {
    switch (screen.format()) {
      case TABLE -> screen.result(Phrases.count(purged, "task") + " purged");
      case JSON, JSONL -> screen.resultJson(new PurgedJson(1, "queue.purged", queue, purged));
      case NAME -> screen.resultName(queue);
    }
  }

  /** The tasks of a queue that nobody serves are gone, as JSON. */
  record PurgedJson(int version, String type, String queue, long done) {}
}
