package dev.warrener.ops.order;

import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.orders.ReceivedReport;
import dev.warrener.operator.order.OrderCall.Patience;
import dev.warrener.operator.order.OrderHistory;
import dev.warrener.operator.order.OrderHistory.Logged;
import dev.warrener.ops.invocation.DurationConverter;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Text;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code warrener kills show}. */
@Command(
    name = "show",
    description = {
      "An order of the log, and its outcome.",
      "",
      "The broker keeps orders and the reports about them, certificates and fates. While the"
          + " order is in force the controllers are asked again, too: the same id is the same"
          + " order, and nothing is done twice."
    })
public final class KillsShowCommand extends FleetCommand {
  @Parameters(paramLabel = "ID", description = "The order's id, or the beginning of it.")
  private String id = "";

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "10s",
      converter = DurationConverter.class,
      description = "How long to wait for controllers that have not answered yet (default: 10s).")
  private Duration timeout = Duration.ofSeconds(10);

  public KillsShowCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  public ExitStatus run() throws InterruptedException {
    var context = invocation().context();
    var access = invocation().access("kills show");
    Logged logged;
    List<ReceivedReport> kept;
    try (var session = BrokerSession.open(access)) {
      logged = OrderLog.find(session, id);
      kept = OrderHistory.reportsAbout(session, logged.order());
    }
    var screen = context.screen();
    var order = logged.order();
    var now = context.clock().instant();
    if (screen.isForPeople()) {
      OrderLog.describe(logged).forEach(screen::result);
    }
    if (order.isExpired(now)) {
      return isOver(screen, logged, kept);
    }
    if (screen.isForPeople()) {
      screen.result("");
    }
    try (var connection = invocation().connect(access, List.of(order.id()))) {
      return new OrderDialogue(connection, context).sendAgain(order, Patience.of(timeout), kept);
    }
  }

  private static ExitStatus isOver(Screen screen, Logged logged, List<ReceivedReport> kept) {
    String until = "It could be carried out until " + Text.stamp(logged.order().expiresAt()) + ".";
    if (kept.isEmpty()) {
      if (!screen.isForPeople()) {
        screen.resultJson(logged);
      }
      screen.say(until + " The broker has kept no report about it.");
      return ExitStatus.DONE;
    }
    if (screen.isForPeople()) {
      screen.result("");
    }
    var call = OrderHistory.rollCall(logged.order(), kept);
    var verdict = OrderSummary.showAsItStands(screen, call, kept.getLast().report().at());
    screen.say(until);
    OrderSummary.showUnproven(screen, call);
    return ExitStatus.of(verdict);
  }
}
