package dev.warrener.controller.fleet.state;

import static dev.warrener.controller.fleet.state.Samples.at;
import static dev.warrener.controller.fleet.state.Samples.delivery;
import static dev.warrener.controller.fleet.state.Samples.heard;
import static dev.warrener.controller.fleet.state.Samples.hold;
import static dev.warrener.controller.fleet.state.Samples.id;
import static dev.warrener.controller.fleet.state.Samples.revoke;
import static dev.warrener.controller.fleet.state.Samples.worker;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.controller.fleet.state.OrderProgress.Stage;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import org.junit.jupiter.api.Test;

class OrdersTest {
  private static final OrderProgress KILL = OrderProgress.started(revoke(1, Scope.ALL), 0);

  @Test
  void anOrderThatIsDoneIsNoLongerUnderWayAndIsStillKnown() {
    var orders = Orders.NONE.with(KILL, at(1));
    assertThat(orders.current(KILL.id())).isEqualTo(KILL);

    var done = orders.with(KILL.at(Stage.DONE), at(2));

    assertThat(done.underWay(KILL.id())).isNull();
    assertThat(done.find(KILL.id())).isEqualTo(KILL.at(Stage.DONE));
    assertThatThrownBy(() -> done.current(KILL.id())).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aThousandOrdersThatAreDoneAreKept() {
    var orders = Orders.NONE;
    for (int i = 1; i <= 1001; i++) {
      orders = orders.with(done(i), at(10_000));
    }

    assertThat(orders.done()).hasSize(1000);
    assertThat(orders.find(id(1))).isNull();
    assertThat(orders.find(id(2))).isNotNull();
  }

  @Test
  void anOrderThatCouldComeAgainIsNotForgotten() {
    var orders = Orders.NONE;
    for (int i = 1; i <= 1001; i++) {
      orders = orders.with(done(i), at(2));
    }

    assertThat(orders.done()).hasSize(1001);
  }

  @Test
  void anOrderThatIsValidForYearsKeepsNoOthers() {
    var orders = Orders.NONE;
    var order = hold(1, Scope.ALL).order().toBuilder().expiresAt(at(1_000_000_000)).build();
    orders = orders.with(OrderProgress.started(heard(order), 0).at(Stage.DONE), at(1));
    for (int i = 2; i <= 1500; i++) {
      orders = orders.with(done(i), at(2));
    }
    orders = orders.with(done(1501), at(10_000));

    assertThat(orders.done()).hasSize(1000);
    assertThat(orders.find(id(1))).isNotNull();
  }

  @Test
  void questionsAreForgottenFirstBecauseTheyCanBeAnsweredAgain() {
    var orders = Orders.NONE;
    for (int i = 1; i <= 1001; i++) {
      var question = Samples.order(OrderKind.ROLL_CALL, i, Scope.ALL).build();
      orders = orders.with(OrderProgress.started(heard(question), 0).at(Stage.DONE), at(2));
    }

    assertThat(orders.done()).hasSize(1000);
  }

  @Test
  void theSlotOfAKilledWorkerStaysEmptyUntilTheOrderIsDone() {
    var kill = KILL.awaiting(worker(3));
    var orders = Orders.NONE.with(kill.dead(worker(3)), at(1));

    assertThat(orders.keepEmpty(3)).isTrue();
    assertThat(orders.keepEmpty(2)).isFalse();
    assertThat(orders.with(kill.at(Stage.DONE), at(2)).keepEmpty(3)).isFalse();
  }

  @Test
  void waitingTasksStayUntilAKillOfTheirQueueHasSettledTheRuns() {
    var kill = KILL.awaiting(worker(1));

    assertThat(Orders.NONE.with(kill, at(1)).willSettleWaiting("mail")).isTrue();
    assertThat(Orders.NONE.with(kill.at(Stage.SETTLING), at(1)).willSettleWaiting("mail")).isTrue();
    assertThat(Orders.NONE.with(kill.at(Stage.PROVING), at(1)).willSettleWaiting("mail")).isFalse();
    assertThat(Orders.NONE.with(KILL, at(1)).willSettleWaiting("mail")).isFalse();
  }

  @Test
  void everyOrderThatWaitsForADeliverySeesItsSettlement() {
    var other = OrderProgress.started(revoke(2, Scope.ALL), 0);
    var orders =
        Orders.NONE
            .with(KILL.owing(delivery(1, 1)).owing(delivery(1, 2)), at(1))
            .with(other.owing(delivery(1, 1)), at(1))
            .settled(delivery(1, 1));

    assertThat(orders.current(KILL.id()).owed()).containsExactly(delivery(1, 2));
    assertThat(orders.current(other.id()).owed()).isEmpty();
  }

  @Test
  void noOrderWaitsForDeliveriesThatTheBrokerHasBack() {
    var elsewhere = new DeliveryKey(1, "images", 1);
    var orders =
        Orders.NONE.with(KILL.owing(delivery(1, 1)).owing(elsewhere), at(1)).handedBack("mail");

    assertThat(orders.current(KILL.id()).owed()).containsExactly(elsewhere);
  }

  @Test
  void aRefusedOrderIsRefusedAgainForTheSameReason() {
    var orders = Orders.NONE.refusing(id(1), "it expired", at(1));

    assertThat(orders.refusal(id(1))).isEqualTo("it expired");
    assertThat(orders.refusal(id(2))).isNull();
  }

  @Test
  void oneMessageByTwoWaysIsOneRefusal() {
    var orders = Orders.NONE.recordingRefusal("a", false);
    assertThat(orders.isNewRefusal("a", true)).isFalse();

    assertThat(orders.recordingRefusal("a", true).refused()).isEqualTo(1);
  }

  @Test
  void aMessageThatIsSentAgainIsAnotherRefusal() {
    var orders =
        Orders.NONE
            .recordingRefusal("a", true)
            .recordingRefusal("a", false)
            .recordingRefusal("a", false);

    assertThat(orders.refused()).isEqualTo(2);
  }

  private static OrderProgress done(int second) {
    return OrderProgress.started(hold(second, Scope.ALL), 0).at(Stage.DONE);
  }
}
