package dev.warrener.e2e.permissions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.messaging.broker.DeclaredTopology;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.QueueSettings;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Our own topology on a broker with the shipped definitions, with the rights that they grant. */
@NeedsRabbitMq(value = "the embedded broker has no users with permissions", with = Capability.USERS)
class ShippedTopologyIT {
  private final ShippedBroker broker = ShippedBroker.install();

  @AfterEach
  void removeBroker() {
    broker.close();
  }

  @Test
  void definitionsFitWhatAnAdministratorWouldMake() {
    assertThat(declareFleetAs(ShippedBroker.ADMINISTRATOR))
        .isEqualTo(new DeclaredTopology(true, false));
  }

  @Test
  void controllerMayStartANewFleetAndASecondOneFindsIt() {
    assertThat(declareFleetAs("controller")).isEqualTo(new DeclaredTopology(true, false));
    assertThat(declareFleetAs("controller")).isEqualTo(new DeclaredTopology(false, false));
  }

  @Test
  void pulledTripwireIsFoundPulledAndAControllerMayResetIt() {
    declareFleetAs("controller");

    try (var ops = open("ops")) {
      ops.probe().pullTripwire();
    }

    assertThat(declareFleetAs("controller")).isEqualTo(new DeclaredTopology(false, true));
    try (var controller = open("controller")) {
      controller.topology().declareTripwire();
    }
    assertThat(declareFleetAs("controller")).isEqualTo(new DeclaredTopology(false, false));
  }

  @Test
  void queueOfAControllerIsCountedPurgedAndReadByOperators() {
    declareFleetAs("controller");
    try (var controller = open("controller")) {
      controller.topology().declareQueue("mail", QueueSettings.DEFAULT);
    }

    try (var ops = open("ops")) {
      assertThat(ops.probe().queue("mail").waiting()).isZero();
      assertThat(ops.probe().controllers()).isZero();
      assertThat(ops.probe().running()).isZero();
      assertThat(ops.purge("mail")).isZero();
      assertThat(ops.deadLetters().list("mail", 10)).isEmpty();
      ops.topology().declareQueue("made-by-ops", QueueSettings.DEFAULT);
    }
  }

  @Test
  void publisherMayNotMakeAQueueOfTasks() {
    declareFleetAs("controller");

    try (var publisher = open("publisher")) {
      assertThatThrownBy(() -> publisher.topology().declareQueue("mail", QueueSettings.DEFAULT))
          .isInstanceOf(NotAllowedException.class);
    }
  }

  private DeclaredTopology declareFleetAs(String user) {
    try (var session = open(user)) {
      return session.topology().declareFleet();
    }
  }

  private BrokerSession open(String user) {
    return BrokerSession.open(broker.access(user));
  }
}
