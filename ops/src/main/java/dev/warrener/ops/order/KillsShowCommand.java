package dev.warrener.ops.order;

import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.orders.ReceivedReport;
import dev.warrener.operator.order.OrderCall.Patience;
import dev.warrener.operator.order.OrderHistory;
import dev.warrener.operator.order.OrderHistory.Logged;
import dev.warrener.ops.invocation.DurationConverter;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.invocation.ShortIds;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Text;
import java.time.Duration;
import java.time.Instant;
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
          + " order is in force the controllers are asked again, too, where this user may give"
          + " orders: the same id is the same order, and nothing is done twice. PROCESSES counts"
          + " the processes of a worker's tree that were seen dying."
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
      var found = OrderLog.findOrNull(session, id);
      if (found == null) {
        return unlogged(context.screen(), session);
      }
      logged = found;
      kept = OrderHistory.reportsAbout(session, logged.order());
    }
    var screen = context.screen();
    var order = logged.order();
    var now = context.clock().instant();
    if (screen.isForPeople()) {
      OrderLog.describe(logged).forEach(screen::result);
    }
    if (logged.byTripwire()) {
      return byTripwire(screen, logged);
    }
    if (order.isExpired(now)) {
      return asKept(screen, logged, kept, "It could be carried out until ", ExitStatus.DONE);
    }
    if (screen.isForPeople()) {
      screen.result("");
    }
    try (var connection = invocation().connect(access, List.of(order.id()))) {
      return new OrderDialogue(connection, context).sendAgain(order, Patience.of(timeout), kept);
    } catch (NotAllowedException e) {
      screen.insist(
          Tone.WARN,
          "This user may give no orders, so the controllers are not asked again: this is what the"
              + " broker has kept.");
      return asKept(screen, logged, kept, "It can be carried out until ", ExitStatus.NO_ANSWER);
    }
  }

  /**
   * Shows what controllers have reported about an order that is not in the log. All reports are
   * read for a whole id only.
   */
  private ExitStatus unlogged(Screen screen, BrokerSession session) {
    var reports =
        ShortIds.isWhole(id)
            ? OrderHistory.reports(session, Instant.EPOCH).stream()
                .filter(one -> one.report().order().equals(id))
                .toList()
            : List.<ReceivedReport>of();
    var sentence = KillsListCommand.unlogged(id, reports);
    if (sentence.isEmpty()) {
      throw OrderLog.unknown(id);
    }
    if (screen.isForPeople()) {
      screen.result(sentence.get());
    } else {
      screen.resultJson(reports.stream().map(ReceivedReport::report).toList());
    }
    return ExitStatus.DONE;
  }

  /** Shows a kill that the tripwire stood for: every controller has made an order of its own. */
  private static ExitStatus byTripwire(Screen screen, Logged logged) {
    if (!screen.isForPeople()) {
      screen.resultJson(logged);
    }
    screen.say(
        "The broker blocked publishers, so this order was not sent: the tripwire was pulled"
            + " instead. Each controller has carried it out as an order of its own, which warrener"
            + " kills list names once it is reported.");
    return ExitStatus.DONE;
  }

  /**
   * Shows what the broker has kept.
   *
   * @param ifNone the status if it has kept no report
   */
  private static ExitStatus asKept(
      Screen screen, Logged logged, List<ReceivedReport> kept, String until, ExitStatus ifNone) {
    String end = until + Text.stamp(logged.order().expiresAt()) + ".";
    if (kept.isEmpty()) {
      if (!screen.isForPeople()) {
        screen.resultJson(logged);
      }
      screen.say(end + " The broker has kept no report about it.");
      return ifNone;
    }
    if (screen.isForPeople()) {
      screen.result("");
    }
    var call = OrderHistory.rollCall(logged.order(), kept);
    var verdict = OrderSummary.showAsItStands(screen, call, call.lastAt(logged.order().issuedAt()));
    screen.say(end);
    OrderSummary.showUnproven(screen, call);
    return ExitStatus.of(verdict);
  }
}
