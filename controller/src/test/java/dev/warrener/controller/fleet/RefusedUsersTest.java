package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Report;
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
  void strangersDoNotPushOutTheRefusalsOfOperatorsOrders() {
    var late = fleet.order(OrderKind.HOLD, Scope.ALL).issuedAt(fleet.now.minusSeconds(200)).expiresAt(fleet.now.minusSeconds(90)).build();
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
