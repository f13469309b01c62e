package dev.warrener.ops.order;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.orders.ReceivedReport;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.UnloggedOrder;
import dev.warrener.operator.order.OrderHistory;
import dev.warrener.operator.order.OrderHistory.Logged;
import dev.warrener.operator.rollcall.Totals;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.DurationConverter;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.screen.Cell;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Table;
import dev.warrener.ops.screen.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code warrener kills list}. */
@Command(name = "list", description = "The kills in the log of orders, the newest first.")
public final class KillsListCommand extends FleetCommand {
  @Option(
      names = "--since",
      paramLabel = "TIME",
      defaultValue = "1d",
      converter = DurationConverter.class,
      description = "Only kills of the last TIME (default: 1d).")
  private Duration since = Duration.ofDays(1);

  @Option(names = "--by", paramLabel = "USER", description = "Only kills by this person or user.")
  private @Nullable String by;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "50",
      description = "Show at most N (default: 50).")
  private int limit = 50;

  @Option(
      names = "--orders",
      description = "All orders that change something: holds, resumes, drains and purges, too.")
  private boolean allOrders;

  public KillsListCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  public ExitStatus run() {
    var screen = invocation().screen();
    var now = invocation().clock().instant();
    var from = now.minus(since);
    try (var session = BrokerSession.open(invocation().access("kills list"))) {
      var log = OrderLog.read(session);
      var chosen =
          log.stream()
              .filter(logged -> logged.byTripwire() || isWanted(logged.order()))
              .filter(logged -> !logged.order().issuedAt().isBefore(from))
              .filter(this::isByThem)
              .toList();
      // The log's own order: the clocks of those who gave the orders may differ.
      var newest = chosen.subList(Math.max(0, chosen.size() - limit), chosen.size()).reversed();
      var said =
          OrderHistory.reports(session, from).stream()
              .collect(Collectors.groupingBy(one -> one.report().order()));
      var ids = new HashSet<String>();
      log.forEach(one -> ids.add(one.order().id()));
      show(
          screen,
          newest.stream()
              .map(logged ->
                  Listed.of(logged, said.getOrDefault(logged.order().id(), List.of()), now))
              .toList());
      if (chosen.size() > limit) {
        screen.insist(
            Tone.WARN,
            Phrases.count(chosen.size() - limit, "older order")
                + " not shown: add --limit "
                + chosen.size());
      }
      said.entrySet().stream()
          .filter(entry -> !ids.contains(entry.getKey()))
          .map(entry -> unlogged(entry.getKey(), entry.getValue()))
          .flatMap(Optional::stream)
          .forEach(sentence -> screen.insist(Tone.NORMAL, sentence));
      return chosen.size() > limit ? ExitStatus.INCOMPLETE : ExitStatus.DONE;
    }
  }

  /**
   * Returns what controllers have reported about an order that is not in the log; empty if it
   * killed nothing.
   */
  static Optional<String> unlogged(String order, List<ReceivedReport> reports) {
    var controllers = new TreeSet<String>();
    UnloggedOrder how = null;
    int dead = 0;
    for (var one : reports) {
      if (one.report() instanceof Report.ControllerHeard heard && how == null) {
        how = heard.unlogged();
      }
      if (one.report() instanceof Report.WorkerDead) {
        dead++;
        controllers.add(one.report().controller());
      }
    }
    return dead == 0
        ? Optional.empty()
        : Optional.of(
            "Not in the log, "
                + origin(how)
                + ": "
                + order
                + " killed "
                + Phrases.count(dead, "worker")
                + " at "
                + Phrases.some(List.copyOf(controllers), 3)
                + ", "
                + Text.stamp(reports.getFirst().report().at())
                + (how == null ? "; the audit logs there say by whom." : "."));
  }

  /** Returns how an order came that is not in the log, as far as its controller has told. */
  private static String origin(@Nullable UnloggedOrder how) {
    if (how == null) {
      return "so given with --local, by the tripwire, or while the log did not keep it";
    }
    if (!how.origin().equals(UnloggedOrder.LOCAL)) {
      return "made because the tripwire was pulled";
    }
    var reason = how.reason();
    return "given without a broker by local user "
        + how.user()
        + (reason == null || reason.isEmpty() ? "" : " (" + Text.oneLine(reason) + ")");
  }

  /** The record of a pulled tripwire names the person with the host. */
  private boolean isByThem(Logged logged) {
    var person = logged.order().issuedBy();
    return by == null
        || by.equals(logged.user())
        || by.equals(person)
        || (logged.byTripwire() && person.startsWith(by + "@"));
  }

  private boolean isWanted(Order order) {
    return !order.dryRun()
        && (order.kind() == OrderKind.KILL || (allOrders && order.kind() != OrderKind.ROLL_CALL));
  }

  private void show(Screen screen, List<Listed> orders) {
    switch (screen.format()) {
      case TABLE -> {
        if (orders.isEmpty()) {
          screen.say("None in the last " + Phrases.brief(since) + ".");
        } else {
          screen.result(table(orders));
        }
      }
      case JSON -> screen.resultJson(orders);
      case JSONL -> orders.forEach(screen::resultJsonLine);
      case NAME -> orders.forEach(listed -> screen.resultName(listed.order().id()));
    }
  }

  private Table table(List<Listed> orders) {
    var table =
        new Table()
            .left("ID")
            .left("SENT")
            .left("BY")
            .left("OUTCOME")
            .left(allOrders ? "KIND" : "")
            .left("SCOPE")
            .left("IN FLIGHT")
            .left("THEN")
            .left("REASON");
    for (var listed : orders) {
      var order = listed.order();
      var outcome = listed.outcome();
      var inFlight = order.inFlight();
      var then = order.then();
      table.row(
          Cell.of(order.id()),
          Cell.of(Text.stamp(order.issuedAt())),
          Cell.of(OrderLog.who(order, listed.user())),
          listed.tripwire() != null
              ? Cell.of("by tripwire", Tone.WARN)
              : outcome == null ? Cell.of("?") : outcome.cell(),
          allOrders ? Cell.of(order.kind().wire()) : Cell.EMPTY,
          Cell.of(order.scope().describe()),
          inFlight == null ? Cell.EMPTY : Cell.of(inFlight.wire()),
          then == null ? Cell.EMPTY : Cell.of(then.wire()),
          Cell.of(order.reason()));
    }
    return table;
  }

  /**
   * An order in a list.
   *
   * @param order as it was sent
   * @param user at the broker who sent it first, or null if the message names none
   * @param outcome its outcome, or null if the broker has kept no report about it
   * @param tripwire true if the tripwire was pulled in its place: each controller has reported
   *     about an order of its own making
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Listed(
      Order order, @Nullable String user, @Nullable Outcome outcome, @Nullable Boolean tripwire) {

    static Listed of(Logged logged, List<ReceivedReport> reports, Instant now) {
      return new Listed(
          logged.order(),
          logged.user(),
          logged.byTripwire() ? null : Outcome.of(logged.order(), reports, now),
          logged.tripwire());
    }
  }

  /**
   * The outcome of an order.
   *
   * @param state {@code confirmed}, {@code failed}, {@code partial} or {@code unknown-target}
   * @param controllers how many had to confirm
   * @param confirmed how many did
   * @param dead workers that are proven dead
   * @param settled running tasks that met the chosen fate
   */
  record Outcome(String state, int controllers, int confirmed, int dead, int settled) {
    static @Nullable Outcome of(Order order, List<ReceivedReport> reports, Instant now) {
      if (reports.isEmpty()) {
        return null;
      }
      var call = OrderHistory.rollCall(order, reports);
      var totals = Totals.of(call);
      return new Outcome(
          call.verdict(now).state().wire(),
          totals.controllers(),
          totals.confirmed(),
          totals.dead(),
          totals.settled());
    }

    private Cell cell() {
      return Cell.of(
          state + " " + confirmed + "/" + controllers,
          state.equals("confirmed") ? Tone.GOOD : Tone.BAD);
    }
  }
}
