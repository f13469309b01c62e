package dev.warrener.e2e;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.GetResponse;
import dev.warrener.e2e.fixture.ForeignOrder;
import dev.warrener.e2e.fixture.Observer;
import dev.warrener.e2e.fixture.ProcessTable;
import dev.warrener.e2e.fixture.TestFleet;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A client in another language whose author has read the contract and nothing else. */
class ForeignClientIT {
  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  private static final String ALL = "\"all\":true";

  private String reports = "";

  @BeforeEach
  void startController() throws IOException {
    fleet.controller("c1", "--queue", "mail=2");
    reports = fleet.observer().listenTo("kill.#");
  }

  @Test
  void taskWithNothingButWhatIsRequiredRuns() {
    fleet.publish("mail", "foreign-1", 0);

    fleet.awaitEnded("foreign-1");
  }

  @Test
  void orderKillsAndIsAnsweredWithCertificateAndDone() {
    fleet.publish("mail", "foreign-2", 60);
    fleet.awaitRunning("foreign-2");
    long pid = fleet.journal().pids().iterator().next();

    fleet.observer().publishOrder(killAll().json(), true);

    var received = awaitReport("controller.done");
    assertThat(ProcessTable.lives(pid)).isFalse();
    assertThat(received)
        .anyMatch(report -> report.contains("\"worker.dead\"") && report.contains("" + pid));
    assertThat(received)
        .anyMatch(report -> report.contains("\"task.settled\"") && report.contains("foreign-2"));
  }

  @Test
  void orderWithoutUserIdIsRefusedAndKillsNothing() {
    fleet.publish("mail", "foreign-3", 60);
    fleet.awaitRunning("foreign-3");
    long pid = fleet.journal().pids().iterator().next();

    fleet.observer().publishOrder(killAll().json(), false);

    var received = awaitReport("controller.refused");
    assertThat(received).anyMatch(report -> report.contains("user_id"));
    assertThat(ProcessTable.lives(pid)).isTrue();
    await("counted").atMost(LONG).until(() -> refused("c1") == 1);
    await("written down").atMost(LONG).until(() -> audit("c1").contains("\"order.refused\""));
  }

  @Test
  void orderOfAUserWhoIsNoOperatorIsRefusedByTheControllersThatHaveAListOfThem()
      throws IOException {
    fleet.controller("c2", "--queue", "mail=1", "--set", "operators=ana");

    fleet.observer().publishOrder(killAll().json(), true);

    var received = awaitReport("controller.refused");
    assertThat(received)
        .anyMatch(report ->
            report.contains("\"controller\":\"c2\"") && report.contains("is no operator here"));
    await("counted").atMost(LONG).until(() -> refused("c2") == 1);
    await("the other one obeys").atMost(LONG).until(() -> audit("c1").contains("\"order.done\""));
    assertThat(audit("c2")).contains("\"order.refused\"").doesNotContain("\"order.accepted\"");
  }

  @Test
  void orderThatIsReplayedIsAnsweredAndKillsNothingAgain() {
    var order = ForeignOrder.kill(ALL).json();
    fleet.observer().publishOrder(order, true);
    awaitReport("controller.done");
    fleet.awaitReady("c1");
    fleet.publish("mail", "foreign-8", 60);
    fleet.awaitRunning("foreign-8");
    long pid = fleet.journal().pids().iterator().next();

    fleet.observer().publishOrder(order, true);

    awaitReport("controller.done");
    assertThat(ProcessTable.lives(pid)).isTrue();
    await("written down").atMost(LONG).until(() -> audit("c1").contains("\"order.joined\""));
  }

  @Test
  void malformedOrderIsRefusedWithWhatIsWrong() {
    fleet.observer().publishOrder(killAll().json().replace("\"kill\"", "\"melt\""), true);

    assertThat(awaitReport("controller.refused")).anyMatch(report -> report.contains("melt"));
  }

  @Test
  void expiredOrderIsAnsweredAndDoesNothing() {
    fleet.publish("mail", "foreign-4", 60);
    fleet.awaitRunning("foreign-4");
    long pid = fleet.journal().pids().iterator().next();

    var expired = killAll().expiringAt(Instant.now().minusSeconds(1));
    fleet.observer().publishOrder(expired.json(), true);

    assertThat(awaitReport("controller.refused")).anyMatch(report -> report.contains("expired"));
    assertThat(ProcessTable.lives(pid)).isTrue();
  }

  @Test
  void messagesThatBreakTheContractAreDeadLetteredAsInvalidAndKillNothing() {
    fleet
        .observer()
        .publishTask(
            "mail", "foreign-5", "journal", fleet.journal().input(0), Map.of("x-attempt", "soon"));
    fleet.observer().publishTask("mail", "foreign-6", "no-such-handler", "{}", Map.of());
    fleet.publish("mail", "foreign-7", 0);

    fleet.awaitEnded("foreign-7");
    var dead = new ArrayList<GetResponse>();
    await()
        .atMost(LONG)
        .until(() -> {
          dead.addAll(fleet.observer().takeDead("mail"));
          return dead.size() >= 2;
        });
    assertThat(dead)
        .allSatisfy(letter ->
            assertThat(Observer.headers(letter)).containsEntry("x-dead-reason", "invalid"));
    assertThat(dead)
        .extracting(letter -> Observer.header(letter, "x-dead-detail"))
        .anyMatch(detail -> detail.contains("x-attempt"))
        .anyMatch(detail -> detail.contains("no-such-handler"));
  }

  private static ForeignOrder killAll() {
    return ForeignOrder.kill(ALL).thenHold();
  }

  private long refused(String controller) {
    var presence = fleet.presence(controller);
    var refused = presence == null ? null : presence.refusedOrders();
    return refused == null ? 0 : refused;
  }

  private String audit(String controller) throws IOException {
    return Files.readString(
        fleet
            .folder()
            .resolve("state")
            .resolve(fleet.vhost().namespace())
            .resolve(controller)
            .resolve("audit.jsonl"));
  }

  private List<String> awaitReport(String type) {
    var received = new ArrayList<String>();
    await(type)
        .atMost(LONG)
        .until(() -> {
          for (var report = fleet.observer().next(reports);
              report.isPresent();
              report = fleet.observer().next(reports)) {
            received.add(report.get());
          }
          return received.stream().anyMatch(report -> report.contains("\"" + type + "\""));
        });
    return received;
  }
}
