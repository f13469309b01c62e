package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.BreakableBroker;
import dev.warrener.e2e.fixture.ControllerProcess;
import dev.warrener.e2e.fixture.ForeignOrder;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A controller whose queue of orders the broker has forgotten, as a cluster may after a partition.
 * Its connection looks well, and the broker tells it nothing.
 */
@NeedsRabbitMq(value = "a queue is forgotten", with = Capability.FAULTS)
class EarIT {
  private static final Duration LEASE = Duration.ofSeconds(9);

  /** What a reconnection and a busy machine may add to a third of the lease. */
  private static final Duration SLACK = Duration.ofSeconds(8);

  @RegisterExtension private static final BreakableBroker BROKER = new BreakableBroker();

  @RegisterExtension private final TestFleet fleet = TestFleet.on(BROKER);

  private ControllerProcess startController(String id) {
    return fleet.controller(
        id, "--queue", "mail=1", "--set", "lease=9s", "--set", "queue.mail.look-ahead=0");
  }

  @Test
  void controllerWhoseQueueTheBrokerHasForgottenHearsOrdersAgainAndKeepsItsRun() {
    var controller = startController("c1");
    var other = startController("c2");
    fleet.observer().keepBroadcastsOutOfTheLog();
    fleet.publishBeating("mail", "one", 30);
    fleet.publishBeating("mail", "two", 30);
    fleet.awaitRunning("one", "two");
    assertThat(hears(other)).isTrue();

    BROKER.get().forgetQueue(fleet.vhost(), "warrener.controller.c1");

    await("c1 hears orders again")
        .atMost(LEASE.dividedBy(3).plus(SLACK))
        .pollInterval(Duration.ofMillis(300))
        .until(() -> hears(controller));
    assertThat(controller.text())
        .contains("lost the order connection (the broker has no queue for its orders any more)");
    assertThat(other.text()).as("nobody else hears the test").doesNotContain("lost the order");
    fleet.awaitEnded("one", "two");
    assertThat(fleet.journal().runs()).as("nothing was killed").hasSize(2);
  }

  /** Whether a controller receives an order that is broadcast now, and is about nothing. */
  private boolean hears(ControllerProcess controller) {
    var order = ForeignOrder.kill("\"batches\":[\"none\"]");
    fleet.observer().publishOrder(order.json(), true);
    try {
      await().atMost(Duration.ofSeconds(1)).until(() -> controller.text().contains(order.id()));
      return true;
    } catch (org.awaitility.core.ConditionTimeoutException e) {
      return false;
    }
  }
}
