package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.messaging.report.Presence;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The tier in force is shown wherever somebody has to judge what a confirmation is worth. */
class ContainmentIT {
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir private Path folder;
  private Vhost vhost;
  private Warrener warrener;

  @BeforeEach
  void startFleet() {
    vhost = TestBroker.get().freshVhost();
    warrener = new Warrener(vhost, folder);
  }

  @AfterEach
  void stopFleet() {
    warrener.close();
    vhost.close();
  }

  @Test
  void doctorStatusPresenceAndCertificatesShowTheTierThatWasAskedFor() {
    var controller =
        warrener.controller(
            "c1", "--queue", "mail=1", "--containment", "subreaper", "--worker-pids", "400");

    assertThat(controller.text()).contains("workers are held by subreaper");
    assertThat(presence().containment()).isEqualTo("subreaper");
    // On a busy machine a controller's word may come later than a command waits for it.
    await("it is in the status")
        .atMost(LONG)
        .until(() -> warrener.run("status").out().contains("subreaper"));
    await("the doctor tells of it")
        .atMost(LONG)
        .untilAsserted(() ->
            assertThat(warrener.run("doctor").out())
                .containsPattern("ok +controller c1 .*containment subreaper")
                .containsPattern("warning +controller c1 +only the subreaper holds its workers"));

    var killed = warrener.run("kill", "--all", "-m", "drill", "-y", "-o", "json").succeeded();
    var certificate = JsonMapper.shared().readTree(killed.out()).at("/controllers/0/workers/0");
    assertThat(certificate.get("containment").asString()).isEqualTo("subreaper");
    assertThat(certificate.get("proven").asBoolean()).isFalse();
  }

  private Presence presence() {
    return Objects.requireNonNull(warrener.presence("c1"));
  }

  @Test
  void aTierThatDoesNotExistIsRefusedWithThoseThatDo() throws InterruptedException {
    var controller = warrener.startController("c1", "--queue", "mail=1", "--containment", "jail");

    assertThat(controller.awaitExit()).isEqualTo(78);
    assertThat(controller.text()).contains("\"jail\" is no containment: use auto, subreaper");
  }
}
