package dev.warrener.e2e;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.TestFleet;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tasks with large bodies at a controller with a small heap. */
class LargeBodiesIT {
  private static final int TASKS = 20;
  private static final int BYTES = 15_000_000;

  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  @Test
  void controllerWithASmallHeapRunsManyLargeTasks() {
    fleet.run("queue", "create", "mail").succeeded();
    var body = "\"" + "x".repeat(BYTES) + "\"";
    for (int i = 0; i < TASKS; i++) {
      fleet.observer().publishTask("mail", "large-" + i, "eat", body, Map.of());
    }
    fleet.awaitWaiting("mail", TASKS);
    var settings = fleet.file("c1.properties", "queue.mail.look-ahead=" + TASKS + "\n");

    var controller =
        fleet.controllerIn(
            Map.of("JAVA_TOOL_OPTIONS", "-Xmx192m"),
            "c1",
            "--queue",
            "mail=2",
            "--config",
            settings.toString(),
            "--exec",
            "sh",
            "-c",
            "cat >/dev/null");

    await("all have run")
        .atMost(LONG)
        .until(() -> {
          assertThat(controller.isAlive()).as("it lives; its log:%n%s", controller.text()).isTrue();
          var presence = fleet.presence("c1");
          return fleet.observer().waiting("mail") == 0
              && presence != null
              && presence.queues().stream().allMatch(queue -> queue.waiting() == 0)
              && presence.workers().stream().allMatch(worker -> worker.task() == null);
        });
    assertThat(fleet.observer().takeDead("mail")).isEmpty();
    assertThat(controller.text()).doesNotContain("OutOfMemoryError");
  }
}
