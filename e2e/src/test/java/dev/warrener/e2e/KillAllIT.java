package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Three controllers of four workers each, 200 sleeping tasks, {@code kill --all}: each fate. */
class KillAllIT {
  private static final int TASKS = 200;
  private static final Duration LONG = Duration.ofMinutes(2);

  @TempDir private Path folder;
  private Vhost vhost;
  private Warrener warrener;
  private Observer observer;
  private Journal journal;

  @BeforeEach
  void startFleet() throws IOException {
    var file = folder.resolve("controller.properties");
    Files.writeString(file, "queue.mail.look-ahead=0\n");
    vhost = TestBroker.get().freshVhost();
    warrener = new Warrener(vhost, folder);
    journal = new Journal(folder.resolve("journal"));
    for (var id : new String[] {"c1", "c2", "c3"}) {
      warrener.startController(id, "--queue", "mail=4", "--config", file.toString());
    }
    for (var id : new String[] {"c1", "c2", "c3"}) {
      warrener.awaitReady(id);
    }
    observer = new Observer(vhost);
    // Twelve that last for as long as a kill can take here, and then those that wait behind them.
    for (int i = 0; i < 12; i++) {
      publish(i, 15);
    }
    await("twelve tasks run").atMost(LONG).until(() -> journal.unfinished().size() == 12);
    for (int i = 12; i < TASKS; i++) {
      publish(i, 0.2);
    }
  }

  private void publish(int number, double seconds) {
    observer.publishTask("mail", "task-" + number, "journal", journal.input(seconds), Map.of());
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
  void requeueKeepsEveryTaskAndEachRunsOnceMoreUncharged() {
    var killed = kill("requeue");

    await("all that had not ended waits again")
        .atMost(LONG)
        .until(() -> observer.waiting("mail") == TASKS - journal.ends().size());
    warrener.run("resume", "--all").succeeded();
    await("every task ends").atMost(LONG).until(() -> journal.ends().size() == TASKS);

    assertThat(journal.ends().values()).as("each ended once").containsOnly(1);
    assertThat(journal.starts())
        .as("no attempt was charged")
        .allMatch(start -> start.attempt() == 1);
    for (var task : killed) {
      assertThat(journal.starts()).filteredOn(start -> start.task().equals(task)).hasSize(2);
    }
  }

  @Test
  void purgeDropsExactlyTheTasksInFlight() {
    var killed = kill("purge");

    assertThat(observer.waiting("mail")).isEqualTo(TASKS - journal.ends().size() - killed.size());
    warrener.run("resume", "--all").succeeded();
    await("every other task ends")
        .atMost(LONG)
        .until(() -> journal.ends().size() == TASKS - killed.size());

    assertThat(observer.waiting("mail")).isZero();
    for (var task : killed) {
      assertThat(journal.ends()).doesNotContainKey(task);
      assertThat(journal.starts()).filteredOn(start -> start.task().equals(task)).hasSize(1);
    }
  }

  @Test
  void deadLetterMovesExactlyTheTasksInFlightWithTheOrdersIdAndReason() {
    var killed = kill("dead-letter");

    var dead = observer.takeDead("mail");
    assertThat(dead)
        .extracting(message -> message.getProps().getMessageId())
        .containsExactlyInAnyOrderElementsOf(killed);
    assertThat(dead)
        .allSatisfy(message -> {
          assertThat(Observer.headers(message))
              .containsEntry("x-dead-reason", "killed")
              .containsEntry("x-dead-order", lastOrder);
          assertThat(Observer.headers(message).get("x-dead-detail").toString()).contains("INC-42");
        });
    assertThat(observer.waiting("mail")).isEqualTo(TASKS - journal.ends().size() - killed.size());
  }

  private String lastOrder = "";

  /** Kills all, checks what an observer can see, and returns the tasks that were in flight. */
  private Set<String> kill(String fate) {
    var pids = journal.pids();
    assertThat(pids).hasSize(12);

    var ran =
        warrener
            .run("kill", "--all", "--in-flight", fate, "-m", "INC-42", "-y", "-o", "json")
            .succeeded();

    for (long pid : pids) {
      assertThat(Warrener.lives(pid)).as("worker %s lives", pid).isFalse();
    }
    JsonNode report = JsonMapper.shared().readTree(ran.out());
    lastOrder = report.get("order").get("id").asString();
    assertThat(report.get("exitStatus").asInt()).isZero();
    assertThat(certificates(report))
        .as("a death certificate for each worker")
        .containsAll(pids)
        .hasSize(12);
    var unfinished = new HashSet<>(journal.unfinished());
    assertThat(unfinished).hasSize(12);
    return unfinished;
  }

  private static Set<Long> certificates(JsonNode report) {
    var pids = new HashSet<Long>();
    for (var controller : report.get("controllers")) {
      for (var worker : controller.get("workers")) {
        pids.add(worker.get("pid").asLong());
      }
    }
    return pids;
  }
}
