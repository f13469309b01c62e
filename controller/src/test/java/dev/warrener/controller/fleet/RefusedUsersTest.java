package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.HeardOrder.Origin;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Report;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An order that is refused because of its user stays refused, and blocks nobody else's. */
class RefusedUsersTest {
  private final OrderedFleet fleet = new OrderedFleet();

  @BeforeEach
  void startWithOperators() {
    fleet.state = FleetState.initial(TestSettings.withOperators("alice"), fleet.now);
    fleet.connect();
  }

  @Test
  void refusedOrderIsNotCarriedOutAfterARestartWithoutAListOfOperators() {
    var kill = kill();
    fleet.arrive(kill);
    assertThat(fleet.refusals(kill)).containsExactly("user ops is no operator here");

    startAgainWithoutAList(kill);

    assertThat(fleet.said(Report.ControllerHeard.class, kill.id())).isEmpty();
    assertThat(fleet.state.restrictions().holds().statements()).isEmpty();
    fleet.arrive(kill);
    assertThat(fleet.refusals(kill)).containsExactly("user ops is no operator here");
  }

  @Test
  void idThatAStrangerHasUsedIsStillAnOperatorsToUse() {
    var kill = kill();
    fleet.arrive(kill);

    fleet.happen(new Event.OrderArrived(new HeardOrder(kill, "alice", null)));

    assertThat(fleet.said(Report.ControllerHeard.class, kill.id())).hasSize(1);
  }

  @Test
  void orderOfTheLogIsInForceThoughAStrangerHadUsedItsIdBefore() {
    var hold = fleet.order(OrderKind.HOLD, Scope.ALL).build();

    fleet.happen(
        new Event.OrdersSynced(
            List.of(
                new HeardOrder(hold.toBuilder().dryRun(true).build(), "ops", null, Origin.LOG),
                new HeardOrder(hold, "alice", null, Origin.LOG)),
            null));

    assertThat(fleet.state.restrictions().holds().statements()).hasSize(1);
  }

  @Test
  void strangerWhoRepeatsAnIdDoesNotSilenceTheRefusalOfAnOperatorsOrder() {
    var hold = fleet.order(OrderKind.HOLD, Scope.ALL).build();
    fleet.happen(new Event.OrderArrived(new HeardOrder(hold, "alice", null)));
    fleet.happen(new Event.OrderArrived(new HeardOrder(hold, "mallory", null)));
    var other = hold.toBuilder().kind(OrderKind.RESUME).build();

    fleet.happen(new Event.OrderArrived(new HeardOrder(other, "alice", null)));

    assertThat(fleet.refusals(hold))
        .singleElement()
        .asString()
        .contains("another order was given with this id before");
  }

  @Test
  void strangersDoNotPushOutTheRefusalsOfOperatorsOrders() {
    var late =
        fleet
            .order(OrderKind.HOLD, Scope.ALL)
            .issuedAt(fleet.now.minusSeconds(200))
            .expiresAt(fleet.now.minusSeconds(90))
            .build();
    fleet.happen(new Event.OrderArrived(new HeardOrder(late, "alice", null)));
    for (int i = 0; i < 1200; i++) {
      fleet.arrive(kill());
    }

    startAgainWithoutAList(late);

    assertThat(fleet.state.restrictions().holds().statements()).isEmpty();
    assertThat(fleet.state.restrictions().retained().orRefused()).hasSizeLessThan(300);
  }

  private Order kill() {
    return fleet.kill(Scope.ALL, InFlight.REQUEUE, Then.HOLD).build();
  }

  private void startAgainWithoutAList(Order log) {
    var written = fleet.state.restrictions().retained();
    fleet.startAgain();
    fleet.happen(new Event.Remembered(written));
    fleet.connect(log);
  }
}
