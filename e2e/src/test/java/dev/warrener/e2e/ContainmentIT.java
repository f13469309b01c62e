package dev.warrener.e2e;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.messaging.report.Presence;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.json.JsonMapper;

/** The containment in force is shown wherever an operator judges what a confirmation is worth. */
@Tag("processes")
class ContainmentIT {
  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  @Test
  void doctorStatusPresenceAndCertificatesShowTheTierThatWasAskedFor() {
    var controller =
        fleet.controller(
            "c1", "--queue", "mail=1", "--containment", "subreaper", "--worker-pids", "400");

    assertThat(controller.text())
        .contains("workers are held by subreaper")
        .contains("the kernel does not prove deaths of workers here: the setting containment is");
    assertThat(presence().containment()).isEqualTo("subreaper");
    // On a busy machine a controller's word may come later than a command waits for it.
    await("it is in the status")
        .atMost(LONG)
        .until(() -> fleet.run("status").out().contains("subreaper"));
    await("the doctor tells of it")
        .atMost(LONG)
        .untilAsserted(() ->
            assertThat(fleet.run("doctor").out())
                .containsPattern("ok +controller c1 .*containment subreaper")
                .containsPattern("warning +controller c1 +only the subreaper holds its workers")
                .contains("set it to auto"));
    assertThat(fleet.run("status").out())
        .contains("the kernel does not prove deaths at c1: the setting containment is subreaper");

    var killed = fleet.run("kill", "--all", "-m", "drill", "-y", "-o", "json").succeeded();
    var certificate = JsonMapper.shared().readTree(killed.out()).at("/controllers/0/workers/0");
    assertThat(certificate.get("containment").asString()).isEqualTo("subreaper");
    assertThat(certificate.get("proven").asBoolean()).isFalse();
    assertThat(killed.err())
        .endsWith(
            "The kernel has not proven 1 of 1 death (no process was left that could be found). c1:"
                + " the setting containment is subreaper: set it to auto.\n");
  }

  private Presence presence() {
    return Objects.requireNonNull(fleet.presence("c1"));
  }

  @Test
  void aTierThatDoesNotExistIsRefusedWithThoseThatDo() throws InterruptedException {
    var controller = fleet.startController("c1", "--queue", "mail=1", "--containment", "jail");

    assertThat(controller.awaitExit()).isEqualTo(78);
    assertThat(controller.text()).contains("\"jail\" is no containment: use auto, subreaper");
  }
}
