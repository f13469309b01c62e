package dev.warrener.operator;

import dev.warrener.messaging.order.Order;
import dev.warrener.operator.rollcall.AnswerState;
import dev.warrener.operator.rollcall.ControllerAnswer;
import dev.warrener.operator.rollcall.RollCall;
import dev.warrener.operator.rollcall.Totals;
import dev.warrener.operator.rollcall.Verdict;
import java.time.Instant;
import java.util.List;

/**
 * The result of an order. Of a dry run it says what the order would mean.
 *
 * @param order the order as it was sent
 * @param verdict whether the order is confirmed, and if not, everything that a person has to know
 * @param controllers the answer of each controller, the missing ones first
 * @param totals the sums of all controllers
 */
public record OrderResult(
    Order order, Verdict verdict, List<ControllerAnswer> controllers, Totals totals) {
  public OrderResult {
    controllers = List.copyOf(controllers);
  }

  static OrderResult of(RollCall call, Instant now) {
    return new OrderResult(call.order(), call.verdict(now), call.rows(), Totals.of(call));
  }

  /** Whether every expected controller has done the order, and nothing failed. */
  public boolean isConfirmed() {
    return verdict.isConfirmed();
  }

  /** Returns the ids of the expected controllers that have not answered. */
  public List<String> silent() {
    return controllers.stream()
        .filter(row -> row.expectedHere() && row.answerState() == AnswerState.SILENT)
        .map(ControllerAnswer::controller)
        .toList();
  }
}
