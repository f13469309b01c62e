package dev.warrener.ops.order;

import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.orders.ReceivedReport;
import dev.warrener.messaging.order.Order;
import dev.warrener.operator.order.OrderCall;
import dev.warrener.operator.order.OrderCall.Patience;
import dev.warrener.operator.order.OrderHistory;
import dev.warrener.operator.order.OrderHistory.Logged;
import dev.warrener.ops.invocation.CommandContext;
import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.DurationConverter;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.screen.Style.Tone;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code warrener kills watch}. */
@Command(
    name = "watch",
    description = {
      "Continue an order's roll-call until every controller has confirmed.",
      "",
      "Shows the reports so far, and then every late confirmation: a controller that was away"
          + " carries the order out when it comes back, as long as it is in force. Ends as a kill"
          + " does. Any number of people can watch the same order."
    })
public final class KillsWatchCommand extends FleetCommand {
  @Parameters(paramLabel = "ID", description = "The order's id, or the beginning of it.")
  private String id = "";

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description =
          "How long to wait for controllers that have not answered yet (default: as long as the order is in"
              + " force, and at least 10s).")
  private @Nullable Duration timeout;

  public KillsWatchCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  public ExitStatus run() throws InterruptedException {
    var context = invocation().context();
    var access = invocation().access("kills watch");
    Logged logged;
    List<ReceivedReport> kept;
    try (var session = BrokerSession.open(access)) {
      logged = OrderLog.find(session, id);
      kept = OrderHistory.reportsAbout(session, logged.order());
    }
    var order = logged.order();
    if (context.screen().isForPeople()) {
      OrderLog.describe(logged).forEach(context.screen()::say);
    }
    if (logged.byTripwire()) {
      throw new CommandFailure(
          ExitStatus.UNKNOWN_TARGET,
          "the tripwire was pulled in place of order "
              + order.id()
              + ", so no controller reports about that id: see warrener kills show and kills list");
    }
    var patience =
        Patience.alsoWithTheSilent(timeout != null ? timeout : whileInForce(order, context));
    try (var connection = invocation().connect(access, List.of(order.id()))) {
      var dialogue = new OrderDialogue(connection, context);
      try {
        return dialogue.sendAgain(order, patience, kept);
      } catch (NotAllowedException e) {
        context
            .screen()
            .insist(
                Tone.WARN,
                "This user may give no orders, so the controllers are not asked again: their own"
                    + " reports are shown as they come.");
        return dialogue.watch(order, patience, kept);
      }
    }
  }

  private static Duration whileInForce(Order order, CommandContext context) {
    var left = Duration.between(context.clock().instant(), order.expiresAt());
    return left.compareTo(OrderCall.HEAR_WITHIN) < 0 ? OrderCall.HEAR_WITHIN : left;
  }
}
