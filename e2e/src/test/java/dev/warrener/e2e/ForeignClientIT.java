package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.messaging.Uuid7;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client in another language, that has read the contract and nothing else. */
class ForeignClientIT {
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir private Path folder;
  private Vhost vhost;
  private Warrener warrener;
  private Observer observer;
  private Journal journal;
  private String reports = "";

  @BeforeEach
  void startFleet() throws IOException {
    vhost = TestBroker.get().freshVhost();
    warrener = new Warrener(vhost, folder);
    warrener.controller("c1", "--queue", "mail=2");
    observer = new Observer(vhost);
    journal = new Journal(folder.resolve("journal"));
    reports = observer.listenTo("kill.#");
  }

  @AfterEach
  void stopFleet() {
    if (observer != null) {
      observer.close();
    }
    warrener.close();
    vhost.close();
  }

  @Test
  void taskWithNothingButWhatIsRequiredRuns() {
    observer.publishTask("mail", "foreign-1", "journal", journal.input(0), Map.of());

    await().atMost(LONG).until(() -> journal.ends().containsKey("foreign-1"));
  }

  @Test
  void orderKillsAndIsAnsweredWithCertificateAndDone() {
    observer.publishTask("mail", "foreign-2", "journal", journal.input(60), Map.of());
    await().atMost(LONG).until(() -> journal.unfinished().contains("foreign-2"));
    long pid = journal.pids().iterator().next();

    observer.publishOrder(order("\"all\":true", Instant.now().plusSeconds(60)), true);

    var said = awaitReport("controller.done");
    assertThat(Warrener.lives(pid)).isFalse();
    assertThat(said)
        .anyMatch(report -> report.contains("\"worker.dead\"") && report.contains("" + pid));
    assertThat(said)
        .anyMatch(report -> report.contains("\"task.settled\"") && report.contains("foreign-2"));
  }

  @Test
  void orderWithoutUserIdIsRefusedAndKillsNothing() {
    observer.publishTask("mail", "foreign-3", "journal", journal.input(60), Map.of());
    await().atMost(LONG).until(() -> journal.unfinished().contains("foreign-3"));
    long pid = journal.pids().iterator().next();

    observer.publishOrder(order("\"all\":true", Instant.now().plusSeconds(60)), false);

    var said = awaitReport("controller.refused");
    assertThat(said).anyMatch(report -> report.contains("user_id"));
    assertThat(Warrener.lives(pid)).isTrue();
    await("counted").atMost(LONG).until(() -> refused("c1") == 1);
    await("written down").atMost(LONG).until(() -> audit("c1").contains("\"order.refused\""));
  }

  @Test
  void orderOfAUserWhoIsNoOperatorIsRefusedByTheControllersThatHaveAListOfThem()
      throws IOException {
    warrener.controller("c2", "--queue", "mail=1", "--set", "operators=ana");

    observer.publishOrder(order("\"all\":true", Instant.now().plusSeconds(60)), true);

    var said = awaitReport("controller.refused");
    assertThat(said)
        .anyMatch(report ->
            report.contains("\"controller\":\"c2\"") && report.contains("is no operator here"));
    await("counted").atMost(LONG).until(() -> refused("c2") == 1);
    await("the other one obeys").atMost(LONG).until(() -> audit("c1").contains("\"order.done\""));
    assertThat(audit("c2")).contains("\"order.refused\"").doesNotContain("\"order.accepted\"");
  }

  @Test
  void orderThatIsReplayedIsAnsweredAndKillsNothingAgain() {
    var order =
        order("\"all\":true", Instant.now().plusSeconds(60)).replace("\"hold\"", "\"respawn\"");
    observer.publishOrder(order, true);
    awaitReport("controller.done");
    warrener.awaitReady("c1");
    observer.publishTask("mail", "foreign-8", "journal", journal.input(60), Map.of());
    await().atMost(LONG).until(() -> journal.unfinished().contains("foreign-8"));
    long pid = journal.pids().iterator().next();

    observer.publishOrder(order, true);

    awaitReport("controller.done");
    assertThat(Warrener.lives(pid)).isTrue();
    await("written down").atMost(LONG).until(() -> audit("c1").contains("\"order.joined\""));
  }

  @Test
  void malformedOrderIsRefusedWithWhatIsWrong() {
    observer.publishOrder(
        order("\"all\":true", Instant.now().plusSeconds(60)).replace("\"kill\"", "\"melt\""), true);

    assertThat(awaitReport("controller.refused")).anyMatch(report -> report.contains("melt"));
  }

  @Test
  void expiredOrderIsAnsweredAndDoesNothing() {
    observer.publishTask("mail", "foreign-4", "journal", journal.input(60), Map.of());
    await().atMost(LONG).until(() -> journal.unfinished().contains("foreign-4"));
    long pid = journal.pids().iterator().next();

    observer.publishOrder(order("\"all\":true", Instant.now().minusSeconds(1)), true);

    assertThat(awaitReport("controller.refused")).anyMatch(report -> report.contains("expired"));
    assertThat(Warrener.lives(pid)).isTrue();
  }

  @Test
  void messagesThatBreakTheContractAreDeadLetteredAsInvalidAndKillNothing() {
    observer.publishTask(
        "mail", "foreign-5", "journal", journal.input(0), Map.of("x-attempt", "soon"));
    observer.publishTask("mail", "foreign-6", "no-such-handler", "{}", Map.of());
    observer.publishTask("mail", "foreign-7", "journal", journal.input(0), Map.of());

    await().atMost(LONG).until(() -> journal.ends().containsKey("foreign-7"));
    var dead = new ArrayList<Map<String, Object>>();
    await()
        .atMost(LONG)
        .until(() -> {
          observer.takeDead("mail").forEach(one -> dead.add(Observer.headers(one)));
          return dead.size() >= 2;
        });
    assertThat(dead)
        .allSatisfy(headers -> assertThat(headers).containsEntry("x-dead-reason", "invalid"));
    assertThat(dead)
        .extracting(headers -> headers.get("x-dead-detail").toString())
        .anyMatch(detail -> detail.contains("x-attempt"))
        .anyMatch(detail -> detail.contains("no-such-handler"));
  }

  private long refused(String controller) {
    var presence = warrener.presence(controller);
    var refused = presence == null ? null : presence.refusedOrders();
    return refused == null ? 0 : refused;
  }

  private String audit(String controller) throws IOException {
    return Files.readString(
        folder
            .resolve("state")
            .resolve(vhost.namespace())
            .resolve(controller)
            .resolve("audit.jsonl"));
  }

  private List<String> awaitReport(String type) {
    var said = new ArrayList<String>();
    await(type)
        .atMost(LONG)
        .until(() -> {
          for (var report = observer.next(reports);
              report != null;
              report = observer.next(reports)) {
            said.add(report);
          }
          return said.stream().anyMatch(report -> report.contains("\"" + type + "\""));
        });
    return said;
  }

  private static String order(String scope, Instant expires) {
    var now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    var issued = now.isAfter(expires) ? expires.minusSeconds(60) : now;
    return """
    {"version":1,"id":"%s","kind":"kill","scope":{%s},"inFlight":"requeue","backlog":"keep",
     "then":"hold","graceMillis":0,"reason":"from afar","issuedBy":"somebody",
     "issuedAt":"%s","expiresAt":"%s","dryRun":false}\
    """
        .formatted(Uuid7.next(), scope, issued, expires.truncatedTo(ChronoUnit.MILLIS));
  }
}
