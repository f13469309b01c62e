package dev.warrener.operator.order;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.orders.ReceivedOrder;
import dev.warrener.messaging.broker.orders.ReceivedReport;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.report.Report.ControllerHeard;
import dev.warrener.operator.rollcall.RollCall;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The orders that were given to a fleet and the reports about them, as the broker keeps them. */
public final class OrderHistory {
  private OrderHistory() {}

  /**
   * An order in the log.
   *
   * @param order as it was sent
   * @param user at the broker who sent it first, or null if the message names none
   * @param tripwire true if it was not sent: the tripwire was pulled in its place; otherwise null
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Logged(Order order, @Nullable String user, @Nullable Boolean tripwire) {
    /** Whether the tripwire was pulled in its place, because the broker blocked publishers. */
    public boolean byTripwire() {
      return tripwire != null;
    }
  }

  /** Returns the orders in the log, each once, the oldest first. */
  public static Collection<Logged> orders(BrokerSession session) {
    return fold(session.orders());
  }

  static Collection<Logged> fold(Collection<ReceivedOrder> log) {
    var orders = new LinkedHashMap<String, Logged>();
    for (var received : log) {
      if (received instanceof ReceivedOrder.Decoded readable) {
        orders.putIfAbsent(
            readable.order().id(), new Logged(readable.order(), readable.userId(), null));
      } else if (received instanceof ReceivedOrder.Pulled pulled && pulled.userId() != null) {
        orders.putIfAbsent(pulled.order().id(), new Logged(pulled.order(), pulled.userId(), true));
      }
    }
    return orders.values();
  }

  /**
   * Returns who has pulled the tripwire that is pulled now, as {@link #pulledBy(Collection)}; empty
   * also if this user may not read the log, or if it can't be read now.
   */
  public static Optional<Logged> pulledBy(BrokerSession session) {
    try {
      return pulledBy(orders(session));
    } catch (BrokerException e) {
      return Optional.empty();
    }
  }

  /**
   * Returns who has pulled the tripwire that is pulled now, if that is on record. Not on record is
   * who has deleted its queue without {@code warrener kill}.
   *
   * @param log the orders in the log, the oldest first
   */
  public static Optional<Logged> pulledBy(Collection<Logged> log) {
    Logged pulled = null;
    Instant resumedAt = Instant.MIN;
    for (var logged : log) {
      var order = logged.order();
      // The broker may keep a record for longer than the resume that answered it.
      if (logged.byTripwire() && order.issuedAt().isAfter(resumedAt)) {
        pulled = logged;
      } else if (order.kind() == OrderKind.RESUME && order.scope().all() && !order.dryRun()) {
        pulled = null;
        resumedAt = order.issuedAt();
      }
    }
    return Optional.ofNullable(pulled);
  }

  /**
   * Returns the reports about all orders since some time. Returns none for a fleet that was made by
   * an older release, which keeps no reports, and if this user may not read them.
   */
  public static List<ReceivedReport> reports(BrokerSession session, Instant since) {
    try {
      return session.outcomes(since);
    } catch (NoSuchQueueException | NotAllowedException e) {
      return List.of();
    }
  }

  /** Returns the reports about one order. */
  public static List<ReceivedReport> reportsAbout(BrokerSession session, Order order) {
    return reports(session, order.issuedAt()).stream()
        .filter(one -> one.report().order().equals(order.id()))
        .toList();
  }

  /**
   * Returns the reports of the controllers that were there when the order was given: those that
   * answered in time, and those that they knew, which may have answered much later. Controllers
   * that were added since read the order in the log, too; they are no part of its history.
   */
  static List<ReceivedReport> ofThen(Collection<ReceivedReport> reports) {
    var all = List.copyOf(reports);
    if (all.isEmpty()) {
      return all;
    }
    var until = all.get(0).report().at().plus(OrderCall.HEAR_WITHIN);
    var controllers = new HashSet<String>();
    controllers.add(all.get(0).report().controller());
    for (var one : all) {
      if (one.report() instanceof ControllerHeard heard && !heard.at().isAfter(until)) {
        controllers.add(heard.controller());
        heard.roster().forEach(entry -> controllers.add(entry.id()));
      }
    }
    return all.stream().filter(one -> controllers.contains(one.report().controller())).toList();
  }

  /** Returns the roll-call of an order that is over, by the reports about it. */
  public static RollCall rollCall(Order order, Collection<ReceivedReport> reports) {
    var heardBy = order.issuedAt().plus(OrderCall.HEAR_WITHIN);
    var call = RollCall.open(order, new RollCall.Deadlines(order.issuedAt(), heardBy, heardBy));
    for (var one : ofThen(reports)) {
      call = call.with(one.report(), one.userId(), one.report().at());
    }
    return call;
  }
}
