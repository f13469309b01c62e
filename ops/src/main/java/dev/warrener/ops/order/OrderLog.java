package dev.warrener.ops.order;

import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.operator.order.OrderHistory;
import dev.warrener.operator.order.OrderHistory.Logged;
import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.ShortIds;
import dev.warrener.ops.screen.Text;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The log of orders, as the commands under {@code warrener kills} read and show it. */
final class OrderLog {
  private OrderLog() {}

  /**
   * Returns the orders in the log, the oldest first.
   *
   * @throws CommandFailure if this broker keeps no log
   */
  static Collection<Logged> read(BrokerSession session) {
    if (!session.dialect().keepsOrders()) {
      throw new CommandFailure(
          ExitStatus.FAILED, session.dialect().product() + " keeps no log of orders");
    }
    return OrderHistory.orders(session);
  }

  /**
   * Returns the order whose id begins with {@code id}.
   *
   * @throws CommandFailure if there is none, or more than one
   */
  static Logged find(BrokerSession session, String id) {
    var found = findOrNull(session, id);
    if (found == null) {
      throw unknown(id);
    }
    return found;
  }

  /**
   * Returns the order whose id begins with {@code id}, or null.
   *
   * @throws CommandFailure if there is more than one
   */
  static @Nullable Logged findOrNull(BrokerSession session, String id) {
    var found = named(read(session), id);
    if (found.size() > 1) {
      throw new CommandFailure(
          ExitStatus.UNKNOWN_TARGET,
          ShortIds.ambiguity(
              id, found.stream().map(logged -> logged.order().id()).toList(), "orders in the log"));
    }
    return found.isEmpty() ? null : found.getFirst();
  }

  /** Returns the failure for an order that is not in the log. */
  static CommandFailure unknown(String id) {
    return new CommandFailure(ExitStatus.UNKNOWN_TARGET, "no order " + id + " is in the log");
  }

  /**
   * Returns the orders that an id may mean: the one with that id, or those that begin with it. A
   * question is only meant by its whole id: a kill's preview is made in the same moment, and begins
   * like it.
   */
  static List<Logged> named(Collection<Logged> all, String id) {
    var exact = all.stream().filter(logged -> logged.order().id().equals(id)).toList();
    return exact.isEmpty()
        ? all.stream()
            .filter(logged -> logged.order().id().startsWith(id))
            .filter(logged -> logged.byTripwire() || !logged.order().dryRun())
            .filter(logged -> logged.order().kind() != OrderKind.ROLL_CALL)
            .toList()
        : exact;
  }

  /** Returns {@code ana (ops)}: the person, by the command, and the user at the broker. */
  static String who(Order order, @Nullable String user) {
    String person = order.issuedBy();
    if (user == null || user.equals(person)) {
      return person;
    }
    return person.isEmpty() ? user : person + " (" + user + ")";
  }

  /** Returns the lines that describe an order. */
  static List<String> describe(Logged logged) {
    var order = logged.order();
    var lines = new ArrayList<String>();
    lines.add(
        order.kind().wire()
            + " "
            + order.scope().describe()
            + (logged.byTripwire() ? ", by the tripwire" : ""));
    lines.add("  id         " + order.id());
    lines.add(
        (logged.byTripwire() ? "  pulled     " : "  sent       ")
            + Text.stamp(order.issuedAt())
            + " by "
            + who(order, logged.user()));
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
