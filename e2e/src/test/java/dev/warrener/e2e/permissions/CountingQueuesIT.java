package dev.warrener.e2e.permissions;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.CommandResult;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.messaging.Namespace;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.Vhost;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The queues by which the broker counts controllers, and what becomes of that count. */
@NeedsRabbitMq(value = "the embedded broker has no users with permissions", with = Capability.USERS)
class CountingQueuesIT {
  private @Nullable ShippedBroker shipped;
  @RegisterExtension private final TestFleet fleet = TestFleet.at(this::install);

  private Vhost install() {
    shipped = ShippedBroker.install();
    return shipped.vhost();
  }

  private ShippedBroker broker() {
    return Objects.requireNonNull(shipped);
  }

  private CommandResult asOps(String... arguments) {
    return fleet.runAt(broker().address("ops").toString(), arguments);
  }

  @Test
  void newBrokerWithoutAnyControllerHasNoPulledTripwire() {
    var status = asOps("status");

    assertThat(status.out()).contains("Controllers").doesNotContain("Tripwire");
  }

  @Test
  void controllerThatIsNotCountedSaysSoAndNoKillIsConfirmedByTheCount() throws Exception {
    var names = Namespace.DEFAULT;
    // Whoever has a controller's password may make these queues before the first controller does.
    var stranger = broker().connect("controller");
    for (var queue : List.of(names.armedQueue(), names.runningQueue())) {
      stranger.createChannel().queueDeclare(queue, false, true, false, null);
    }
    fleet.controllerAt(broker().address("controller").toString(), "c1", "--queue", "mail=1");

    for (var command : List.of("status", "doctor")) {
      assertThat(asOps(command).out())
          .contains("somebody else has made the queue " + names.armedQueue())
          .contains("somebody else has made the queue " + names.runningQueue())
          .contains("the broker does not count this controller");
    }
    var killed = asOps("kill", "--all", "-y", "-m", "INC-42", "--then", "respawn");
    assertThat(killed.status()).as("%s", killed).isEqualTo(124);
    assertThat(killed.err())
        .contains("The broker's count of controllers is wrong or missing", names.armedQueue());

    stranger.close();

    await("c1 is counted")
        .atMost(LONG)
        .untilAsserted(() ->
            assertThat(asOps("status").out())
                .contains("1 that runs workers")
                .doesNotContain("somebody else"));
    assertThat(asOps("kill", "--all", "-y", "-m", "INC-42").status()).isZero();
  }
}
