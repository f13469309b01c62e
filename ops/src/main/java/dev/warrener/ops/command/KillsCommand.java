package dev.warrener.ops.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.orders.ReceivedOrder;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.report.Report;
import dev.warrener.ops.CommandFailure;
import dev.warrener.ops.ExitStatus;
import dev.warrener.ops.rollcall.RollCall;
import dev.warrener.ops.screen.Cell;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Table;
import dev.warrener.ops.screen.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code warrener kills …}. */
@Command(name = "kills", description = "Orders that were given, and how they went.")
final class KillsCommand {
  private KillsCommand() {}

  static KillsCommand group() {
    return new KillsCommand();
  }

  /**
   * An order in the log.
   *
   * @param order as it was sent
   * @param user at the broker who sent it first, or null if the message names none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Logged(Order order, @Nullable String user) {}

  /**
   * An order in a list.
   *
   * @param order as it was sent
   * @param user at the broker who sent it first, or null if the message names none
   * @param outcome how it went, or null if nothing that was said about it is kept
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Listed(Order order, @Nullable String user, @Nullable Outcome outcome) {

    static Listed of(Logged logged, List<Report> reports, Instant now) {
      return new Listed(logged.order(), logged.user(), Outcome.of(logged.order(), reports, now));
    }
  }

  /**
   * How an order went.
   *
   * @param state {@code confirmed}, {@code failed}, {@code partial} or {@code unknown-target}
   * @param controllers how many had to confirm
   * @param confirmed how many did
   * @param dead workers that are proven dead
   * @param settled running tasks that met the chosen fate
   */
  record Outcome(String state, int controllers, int confirmed, int dead, int settled) {
    static @Nullable Outcome of(Order order, List<Report> reports, Instant now) {
      if (reports.isEmpty()) {
        return null;
      }
      var call = account(order, reports);
      var totals = Totals.of(call);
      return new Outcome(
          call.verdict(now).word(),
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

  /** The log, each order once, the oldest first. */
  static Collection<Logged> fold(Collection<ReceivedOrder> log) {
    var orders = new LinkedHashMap<String, Logged>();
    for (var received : log) {
      if (received instanceof ReceivedOrder.Decoded legible) {
        orders.putIfAbsent(legible.order().id(), new Logged(legible.order(), legible.userId()));
      }
    }
    return orders.values();
  }

  private static Collection<Logged> read(BrokerSession session) {
    if (!session.dialect().keepsOrders()) {
      throw new CommandFailure(
          ExitStatus.FAILED, session.dialect().product() + " keeps no log of orders");
    }
    return fold(session.orders());
  }

  /** How an order went, by all that was said about it. */
  static RollCall account(Order order, Collection<Report> reports) {
    var heardBy = order.issuedAt().plus(PlainOrder.HEAR_WITHIN);
    var call = RollCall.open(order, new RollCall.Deadlines(order.issuedAt(), heardBy, heardBy));
    for (var report : reports) {
      call = call.with(report, report.at());
    }
    return call;
  }

  private static List<Report> about(Order order, Collection<Report> reports) {
    return reports.stream().filter(report -> report.order().equals(order.id())).toList();
  }

  /** A fleet that was made by an older release keeps none. */
  private static List<Report> readOutcomes(BrokerSession session, Instant since) {
    try {
      return session.outcomes(since);
    } catch (NoSuchQueueException | NotAllowedException e) {
      return List.of();
    }
  }

  /** {@code warrener kills list}. */
  @Command(name = "list", description = "The kills in the log of orders, the newest first.")
  static final class KillList extends FleetCommand {
    @Option(
        names = "--since",
        paramLabel = "TIME",
        defaultValue = "1d",
        converter = DurationConverter.class,
        description = "Only those of the last TIME (default: 1d).")
    private Duration since = Duration.ofDays(1);

    @Option(names = "--by", paramLabel = "USER", description = "Only those of this person or user.")
    private @Nullable String by;

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "50",
        description = "No more than N (default: 50).")
    private int limit = 50;

    @Option(
        names = "--orders",
        description = "All orders that change something: holds, resumes, drains and purges, too.")
    private boolean allOrders;

    KillList(Invocation invocation) {
      super(invocation);
    }

    @Override
    ExitStatus run() {
      var screen = invocation().screen();
      var now = invocation().clock().instant();
      var from = now.minus(since);
      try (var session = BrokerSession.open(invocation().access("kills list"))) {
        var chosen =
            read(session).stream()
                .filter(logged -> isWanted(logged.order()))
                .filter(logged -> !logged.order().issuedAt().isBefore(from))
                .filter(logged ->
                    by == null || by.equals(logged.user()) || by.equals(logged.order().issuedBy()))
                .sorted(
                    Comparator.comparing((Logged logged) -> logged.order().issuedAt()).reversed())
                .limit(limit)
                .toList();
        var said =
            readOutcomes(session, from).stream().collect(Collectors.groupingBy(Report::order));
        show(
            screen,
            chosen.stream()
                .map(logged ->
                    Listed.of(logged, said.getOrDefault(logged.order().id(), List.of()), now))
                .toList());
        return ExitStatus.DONE;
      }
    }

    private boolean isWanted(Order order) {
      return !order.dryRun()
          && (order.kind() == OrderKind.KILL || (allOrders && order.kind() != OrderKind.ROLL_CALL));
    }

    private void show(Screen screen, List<Listed> orders) {
      switch (screen.format()) {
        case TABLE -> {
          if (orders.isEmpty()) {
            screen.say("None in the last " + Text.brief(since) + ".");
          } else {
            screen.result(table(orders));
          }
        }
        case JSON -> screen.resultJson(orders);
        case JSONL -> orders.forEach(screen::resultJsonLine);
        case NAME -> orders.forEach(listed -> screen.result(listed.order().id()));
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
            Cell.of(who(order, listed.user())),
            outcome == null ? Cell.of("?") : outcome.cell(),
            allOrders ? Cell.of(order.kind().wire()) : Cell.EMPTY,
            Cell.of(order.scope().describe()),
            inFlight == null ? Cell.EMPTY : Cell.of(inFlight.wire()),
            then == null ? Cell.EMPTY : Cell.of(then.wire()),
            Cell.of(order.reason()));
      }
      return table;
    }
  }

  /** {@code ana (ops)}: the person as the command knew it, and the broker's user. */
  private static String who(Order order, @Nullable String user) {
    String person = order.issuedBy();
    if (user == null || user.equals(person)) {
      return person;
    }
    return person.isEmpty() ? user : person + " (" + user + ")";
  }

  /** {@code warrener kills show}. */
  @Command(
      name = "show",
      description = {
        "An order of the log, and how it went.",
        "",
        "The broker keeps orders and what controllers say about them, certificates and fates."
            + " While the order is in force they are asked again, too: the same id is the same"
            + " order, and nothing is done twice."
      })
  static final class Show extends FleetCommand {
    @Parameters(paramLabel = "ID", description = "The order's id, or the beginning of it.")
    private String id = "";

    @Option(
        names = "--timeout",
        paramLabel = "TIME",
        defaultValue = "10s",
        converter = DurationConverter.class,
        description = "How long to wait for those who have not answered yet (default: 10s).")
    private Duration timeout = Duration.ofSeconds(10);

    Show(Invocation invocation) {
      super(invocation);
    }

    @Override
    ExitStatus run() throws InterruptedException {
      var desk = invocation().desk();
      var access = invocation().access("kills show");
      Logged logged;
      List<Report> kept;
      try (var session = BrokerSession.open(access)) {
        logged = find(read(session), id);
        kept = about(logged.order(), readOutcomes(session, logged.order().issuedAt()));
      }
      var screen = desk.screen();
      var order = logged.order();
      var now = desk.clock().instant();
      if (screen.isForPeople()) {
        describe(logged).forEach(screen::result);
      }
      if (order.isExpired(now)) {
        return isOver(screen, logged, kept);
      }
      if (screen.isForPeople()) {
        screen.result("");
      }
      try (var line = BrokerLine.open(access, List.of(order.id()), true, desk.clock())) {
        return new PlainOrder(line, desk).join(order, timeout, kept).status();
      }
    }

    private static ExitStatus isOver(Screen screen, Logged logged, List<Report> kept) {
      String until =
          "It could be carried out until " + Text.stamp(logged.order().expiresAt()) + ".";
      if (kept.isEmpty()) {
        if (!screen.isForPeople()) {
          screen.resultJson(logged);
        }
        screen.say(until + " Nothing that was said about it is kept by the broker.");
        return ExitStatus.DONE;
      }
      if (screen.isForPeople()) {
        screen.result("");
      }
      var call = account(logged.order(), kept);
      var status = Conclusion.showAsItStands(screen, call, kept.getLast().at()).status();
      screen.say(until);
      return status;
    }

    private static List<String> describe(Logged logged) {
      var order = logged.order();
      var lines = new ArrayList<String>();
      lines.add(order.kind().wire() + " " + order.scope().describe());
      lines.add("  id         " + order.id());
      lines.add(
          "  sent       " + Text.stamp(order.issuedAt()) + " by " + who(order, logged.user()));
      if (!order.reason().isEmpty()) {
        lines.add("  reason     " + Text.oneLine(order.reason()));
      }
      var inFlight = order.inFlight();
      var then = order.then();
      if (inFlight != null && then != null) {
        lines.add(
            "  in flight  "
                + inFlight.wire()
                + (order.backlog() == Backlog.KEEP ? "" : ", backlog " + order.backlog().wire())
                + ", then "
                + then.wire());
      }
      return lines;
    }
  }

  private static Logged find(Collection<Logged> log, String id) {
    var found = log.stream().filter(logged -> logged.order().id().startsWith(id)).toList();
    if (found.size() == 1) {
      return found.getFirst();
    }
    throw new CommandFailure(
        ExitStatus.UNKNOWN_TARGET,
        found.isEmpty()
            ? "no order " + id + " is in the log"
            : found.size() + " orders in the log begin with " + id + ": give more of the id");
  }

  /** {@code warrener kills watch}. */
  @Command(
      name = "watch",
      description = {
        "Go on with an order's roll-call until everybody has confirmed.",
        "",
        "Shows what was said so far, and then every late confirmation: a controller that was away"
            + " carries the order out when it comes back, as long as it is in force. Ends as a kill"
            + " does. Any number of people can watch the same order."
      })
  static final class Watch extends FleetCommand {
    @Parameters(paramLabel = "ID", description = "The order's id, or the beginning of it.")
    private String id = "";

    @Option(
        names = "--timeout",
        paramLabel = "TIME",
        converter = DurationConverter.class,
        description =
            "How long to wait for those who have not answered yet (default: as long as the order is in"
                + " force, and at least 10s).")
    private @Nullable Duration timeout;

    Watch(Invocation invocation) {
      super(invocation);
    }

    @Override
    ExitStatus run() throws InterruptedException {
      var desk = invocation().desk();
      var access = invocation().access("kills watch");
      Logged logged;
      List<Report> kept;
      try (var session = BrokerSession.open(access)) {
        logged = find(read(session), id);
        kept = about(logged.order(), readOutcomes(session, logged.order().issuedAt()));
      }
      var order = logged.order();
      if (desk.screen().isForPeople()) {
        Show.describe(logged).forEach(desk.screen()::say);
      }
      try (var line = BrokerLine.open(access, List.of(order.id()), true, desk.clock())) {
        return new PlainOrder(line, desk)
            .watch(order, timeout != null ? timeout : whileInForce(order, desk), kept)
            .status();
      }
    }

    private static Duration whileInForce(Order order, Desk desk) {
      var left = Duration.between(desk.clock().instant(), order.expiresAt());
      return left.compareTo(PlainOrder.HEAR_WITHIN) < 0 ? PlainOrder.HEAR_WITHIN : left;
    }
  }
}
