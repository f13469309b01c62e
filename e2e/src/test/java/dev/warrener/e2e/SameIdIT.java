package dev.warrener.e2e;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Two controllers with one id. The broker keeps the second one out while it has the queue of the
 * first; one whose connection was cut meanwhile comes back under another queue.
 */
@NeedsRabbitMq("the embedded broker vouches for no user")
class SameIdIT {
  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  @Test
  void killIsConfirmedOnTheWordOfNeitherAndBothAreShown() {
    var wire = fleet.wire();
    fleet.controllerAt(wire.uri(), "c1", "--queue", "mail=1", "--set", "lease=5m");
    fleet.publish("mail", "t1", 600);
    fleet.awaitRunning("t1");
    wire.cut();
    await("the broker has noticed").atMost(LONG).until(() -> !fleet.observer().hears("c1"));
    // As on another host: with a lock, a state and workers of its own.
    fleet.controllerIn(
        Map.of(
            "WARRENER_RUNTIME_DIRECTORY", fleet.folder().resolve("other-run").toString(),
            "WARRENER_STATE_DIRECTORY", fleet.folder().resolve("other-state").toString()),
        "c1",
        "--queue",
        "video=1");
    wire.heal();

    await("the contest is seen")
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(fleet.run("doctor").out())
                    .contains("it is contested: two programs have its id")
                    .contains("give each controller an id of its own"));
    var killed = fleet.run("kill", "--controller", "c1", "-y", "--timeout", "5s");

    assertThat(killed.status()).as("%s", killed).isEqualTo(124);
    assertThat(killed.err())
        .contains("Two programs are controller c1", "give each controller an id of its own");
  }
}
