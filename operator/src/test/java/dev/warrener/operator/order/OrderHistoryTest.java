package dev.warrener.operator.order;

import static dev.warrener.operator.connection.ScriptedFleet.T0;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.broker.orders.ReceivedOrder;
import dev.warrener.messaging.broker.orders.ReceivedReport;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.Report.RosterEntry;
import dev.warrener.messaging.report.RosterState;
import dev.warrener.operator.connection.ScriptedFleet;
import dev.warrener.operator.order.OrderHistory.Logged;
import dev.warrener.operator.rollcall.ControllerAnswer;
import dev.warrener.operator.rollcall.Verdict.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

    var later =
        ScriptedFleet.of("web-9").answer(order).stream()
            .map(report -> new ReceivedReport(at(report, T0.plusSeconds(3600)), "controller"))
            .toList();
    var both = new ArrayList<>(reports);
    both.addAll(later);
    assertThat(OrderHistory.rollCall(order, both).rows())
        .as("who was added since is no part of the history")
        .extracting(ControllerAnswer::controller)
        .containsExactly("web-1", "web-2");

    var some = OrderHistory.rollCall(order, reports.subList(0, reports.size() - 1));
    assertThat(some.verdict(T0.plusSeconds(60)).state()).isEqualTo(State.PARTIAL);
  }

  @Test
  void controllerThatWasAwayAndKnownIsPartOfTheHistory() {
    var order = OrderFactory.of(OrderKind.HOLD, ORDER.id(), Scope.ALL, "", "ana", T0, false);
    var away = new RosterEntry("web-2", "host", T0.minusSeconds(60), RosterState.SILENT, 15_000L);
    var reports =
        new ArrayList<>(
            ScriptedFleet.of("web-1").with(away).answer(order).stream()
                .map(report -> new ReceivedReport(report, "controller"))
                .toList());
    for (var report : ScriptedFleet.of("web-2").answer(order)) {
      reports.add(new ReceivedReport(at(report, T0.plusSeconds(900)), "controller"));
    }

    var call = OrderHistory.rollCall(order, reports);

    assertThat(call.rows())
        .extracting(ControllerAnswer::controller)
        .containsExactly("web-1", "web-2");
    assertThat(call.verdict(T0.plusSeconds(900)).state()).isEqualTo(State.CONFIRMED);
  }

  @Test
  void whoHasPulledTheTripwireIsKnownUntilEverythingIsResumed() {
    var kill =
        OrderFactory.kill(
            ORDER.id(),
            KillPlan.of(Scope.ALL, null, null, null, Duration.ZERO),
            "INC-42",
            "ana",
            T0,
            false);
    var record = new ReceivedOrder.Pulled(OrderFactory.pulled(kill, T0), "ops", null, 1L);
    var nobodys = new ReceivedOrder.Pulled(OrderFactory.pulled(kill, T0), null, null, 2L);
    var part = resume(Scope.ofQueue("mail"), false);
    var question = resume(Scope.ALL, true);

    assertThat(pulledBy(record, nobodys, part, question))
        .hasValueSatisfying(pulled -> {
          assertThat(pulled.user()).isEqualTo("ops");
          assertThat(pulled.order().reason()).isEqualTo("INC-42");
        });
    assertThat(pulledBy(record, resume(Scope.ALL, false))).isEmpty();
    assertThat(pulledBy(nobodys)).as("the broker vouches for nobody").isEmpty();
  }

  private static Optional<Logged> pulledBy(ReceivedOrder... log) {
    return OrderHistory.pulledBy(OrderHistory.fold(List.of(log)));
  }

  private static ReceivedOrder resume(Scope scope, boolean onlyAsks) {
    var order =
        OrderFactory.of(OrderKind.RESUME, Uuid7.next(), scope, "", "ben", T0, onlyAsks);
    return new ReceivedOrder.Decoded(order, "ops", null, 3L);
  }

  private static Report at(Report report, Instant at) {
    var header =
        new Report.Header(
            report.order(), report.controller(), report.host(), at, report.sequence());
    return report instanceof Report.ControllerHeard heard
        ? header.heard(heard.expected(), heard.roster(), heard.presence())
        : header.done(ControllerState.HELD).build();
  }
}
