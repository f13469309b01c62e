package dev.warrener.controller.fleet.state;

import static dev.warrener.controller.fleet.state.Samples.delivery;
import static dev.warrener.controller.fleet.state.Samples.run;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BrokerTest {
  private static final Broker UP = Broker.UNCONNECTED.up(1);

  @Test
  void aDeliveryOfAnEarlierConnectionCanNotBeSettled() {
    assertThat(UP.isCurrent(delivery(1, 5))).isTrue();
    assertThat(UP.up(2).isCurrent(delivery(1, 5))).isFalse();
    assertThat(UP.down().isCurrent(delivery(1, 5))).isFalse();
  }

  @Test
  void aRunWithoutADeliveryIsTheBrokers() {
    assertThat(UP.holds(run("a", 5))).isTrue();
    assertThat(UP.holds(run("a", 5).withDelivery(null))).isFalse();
  }

  @Test
  void everyRequestHasATokenOfItsOwn() {
    var broker = UP.asking(new Pending.Result(delivery(1, 1)));
    long first = broker.lastToken();
    broker = broker.answered(first).asking(new Pending.Result(delivery(1, 2)));

    assertThat(broker.lastToken()).isNotEqualTo(first);
    assertThat(broker.find(first)).isNull();
    assertThat(broker.find(broker.lastToken())).isEqualTo(new Pending.Result(delivery(1, 2)));
  }

  @Test
  void aLateAnswerSettlesNothingThatTheBrokerHasBack() {
    var other = new DeliveryKey(1, "images", 1);
    var broker =
        UP.asking(new Pending.Result(delivery(1, 1)))
            .asking(new Pending.Copy(delivery(1, 2), "a", 1, "order"))
            .asking(new Pending.Result(other))
            .handedBack("mail");

    assertThat(broker.find(1)).isEqualTo(new Pending.Result(DeliveryKey.gone("mail")));
    assertThat(broker.find(2))
        .isEqualTo(new Pending.Copy(DeliveryKey.gone("mail"), "a", 1, "order"));
    assertThat(broker.find(3)).isEqualTo(new Pending.Result(other));
    assertThat(broker.isCurrent(DeliveryKey.gone("mail"))).isFalse();
  }

  @Test
  void restrictionsAreBeingWrittenUntilTheWriteIsAnswered() {
    var broker = UP.asking(new Pending.Keeping());
    assertThat(broker.isWriting()).isTrue();

    assertThat(broker.answered(broker.lastToken()).isWriting()).isFalse();
  }
}
