package dev.warrener.ops.order;

import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.orders.ReceivedReport;
import dev.warrener.messaging.order.Order;
import dev.warrener.operator.connection.FleetConnection;
import dev.warrener.operator.order.OrderCall;
import dev.warrener.operator.order.OrderCall.Patience;
import dev.warrener.operator.rollcall.RollCall;
import dev.warrener.operator.rollcall.Roster;
import dev.warrener.operator.rollcall.Verdict.State;
import dev.warrener.ops.invocation.CommandContext;
import dev.warrener.ops.invocation.ExitStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * An order that kills nothing, as a person sees it: hold, resume, drain, purge. Shows the progress
 * of an {@link OrderCall} and its end. For one thread.
 */
final class OrderDialogue {
  private final FleetConnection connection;
  private final CommandContext context;
  private final OrderCall call;

  OrderDialogue(FleetConnection connection, CommandContext context) {
    this.connection = connection;
    this.context = context;
    this.call = new OrderCall(connection, context.clock());
  }

  /** Returns the controllers that have answered so far. */
  Roster roster() {
    return call.roster();
  }

  /** Asks what an order would mean, and checks that the places that it names exist. */
  RollCall ask(Order question) throws InterruptedException {
    return call.ask(question);
  }

  /** Asks as {@link #ask} does, if answers can be received now: an order must not wait for that. */
  void askFirst(Order question) throws InterruptedException {
    var _ = call.askFirst(question);
  }

  /**
   * Sends an order, and shows it until its roll-call is over.
   *
   * @param timeout how long controllers that have received it may take
   */
  ExitStatus send(Order form, Duration timeout) throws InterruptedException {
    RollCall ended;
    try (var display = display()) {
      ended = call.send(form, Patience.of(timeout), display);
    }
    return conclude(ended);
  }

  /** Sends an order, and shows its id without waiting for answers. */
  ExitStatus sendOnly(Order form) {
    RollCall sent;
    try (var display = OrderDisplay.ofReports(context)) {
      sent = call.sendOnly(form, display);
    }
    return OrderSummary.showSent(context.screen(), sent);
  }

  /**
   * Sends an order that was sent before once more, unchanged, and shows it until its roll-call is
   * over. A controller that has done it reports it again and does nothing twice.
   *
   * @param kept earlier reports about it
   * @throws NotAllowedException if this user may give no orders
   */
  ExitStatus sendAgain(Order order, Patience patience, List<ReceivedReport> kept)
      throws InterruptedException {
    RollCall ended;
    try (var display = display()) {
      ended = call.sendAgain(order, patience, kept, display);
    }
    return concludeHistory(ended);
  }

  /**
   * Shows an order that was sent before until its roll-call is over, by the reports that come
   * without anybody's asking: for a user who may give no orders.
   *
   * @param kept earlier reports about it
   */
  ExitStatus watch(Order order, Patience patience, List<ReceivedReport> kept)
      throws InterruptedException {
    RollCall ended;
    try (var display = OrderDisplay.ofReports(context)) {
      ended = call.watch(order, patience, kept, display);
    }
    return concludeHistory(ended);
  }

  private OrderDisplay display() {
    return OrderDisplay.ofAll(
        context, order -> order.kind().wire() + " " + order.id() + " stays in force");
  }

  private ExitStatus conclude(RollCall ended) {
    return conclude(ended, context.clock().instant());
  }

  /** An order that was sent long ago took as long as its reports did, unless one is missing. */
  private ExitStatus concludeHistory(RollCall ended) {
    var now = context.clock().instant();
    return conclude(ended, ended.verdict(now).state() == State.PARTIAL ? now : ended.lastAt(now));
  }

  private ExitStatus conclude(RollCall ended, Instant at) {
    var verdict = OrderSummary.show(context.screen(), ended, at, connection);
    OrderSummary.showUnproven(context.screen(), ended);
    return ExitStatus.of(verdict);
  }
}
