package dev.warrener.operator.order;

import static dev.warrener.operator.connection.ScriptedFleet.T0;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.broker.orders.ReceivedReport;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.operator.connection.ScriptedFleet;
import dev.warrener.operator.rollcall.Verdict.State;
import org.junit.jupiter.api.Test;

class OrderHistoryTest {
  private static final Order ORDER = OrderFactory.rollCall("ana", T0);

  @Test
  void rollCallOfTheKeptReportsIsThatOfTheOrder() {
    var order = OrderFactory.of(OrderKind.HOLD, ORDER.id(), Scope.ALL, "", "ana", T0, false);
    var reports =
        ScriptedFleet.of("web-1", "web-2").answer(order).stream()
            .map(report -> new ReceivedReport(report, "controller"))
            .toList();

    var all = OrderHistory.rollCall(order, reports);
    assertThat(all.verdict(T0.plusSeconds(60)).state()).isEqualTo(State.CONFIRMED);

    var some = OrderHistory.rollCall(order, reports.subList(0, reports.size() - 1));
    assertThat(some.verdict(T0.plusSeconds(60)).state()).isEqualTo(State.PARTIAL);
  }
}
