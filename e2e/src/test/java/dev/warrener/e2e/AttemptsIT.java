package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.GetResponse;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an attempt is charged for: the same on every broker, whatever it counts by itself. */
class AttemptsIT {
  private static final Duration LONG = Duration.ofMinutes(1);

  /** RabbitMQ 4 drops a message after 20 returns, if nobody tells it otherwise. */
  private static final int BROKERS_OWN_LIMIT = 20;

  @TempDir private Path folder;
  private Vhost vhost;
  private Warrener warrener;
  private Observer observer;
  private Journal journal;
  private Warrener.ControllerProcess controller;

  @BeforeEach
  void prepare() {
    vhost = TestBroker.get().freshVhost();
    warrener = new Warrener(vhost, folder);
    journal = new Journal(folder.resolve("journal"));
    controller =
        warrener.controller("c1", "--queue", "mail=1", "--set", "restart.first-delay=10ms");
    observer = new Observer(vhost);
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
  void aTaskThatIsKilledMoreOftenThanTheBrokerWouldReturnItIsNeitherLostNorCharged() {
    int kills = BROKERS_OWN_LIMIT + 2;
    observer.publishTask("mail", "one", "journal", journal.input(20), Map.of());
    for (int i = 1; i <= kills; i++) {
      int runs = i;
      await("run " + i).atMost(LONG).until(() -> journal.starts().size() == runs);
      warrener.run("kill", "--worker", "c1/1", "-y").succeeded();
    }

    await("the last run begins").atMost(LONG).until(() -> journal.starts().size() == kills + 1);
    assertThat(journal.starts()).allMatch(start -> start.attempt() == 1);
    await("it ends").atMost(LONG).until(() -> journal.ends().containsKey("one"));
    assertThat(observer.takeDead("mail")).isEmpty();
  }

  @Test
  void aCrashIsChargedAndAKillBetweenTwoCrashesIsNot() {
    observer.publishTask("mail", "one", "journal", journal.input(60), Map.of("x-max-attempts", 3));
    awaitRun(1, 1);
    crash(1);
    awaitRun(2, 2);
    warrener.run("kill", "--worker", "c1/1", "-y").succeeded();
    awaitRun(3, 2);
    crash(3);
    awaitRun(4, 3);
    crash(4);

    var dead = awaitDead();
    assertThat(Observer.headers(dead))
        .containsEntry("x-attempt", "3")
        .containsEntry("x-crashes", "3");
  }

  @Test
  void aQuarantinedTaskCarriesTheEvidenceOfWhatItDidToItsWorker() {
    observer.publishTask(
        "mail", "evil", "sleep", "{\"seconds\":600,\"steps\":1}", Map.of("x-max-attempts", 9));
    for (int attempt = 1; attempt <= 3; attempt++) {
      Signal.KILL.send(workerThatRuns(attempt));
    }

    var headers = Observer.headers(awaitDead());

    assertThat(headers).containsEntry("x-dead-reason", "poison").containsEntry("x-crashes", "3");
    assertThat(headers.get("x-dead-detail").toString())
        .isEqualTo(
            "it killed its worker 3 times, the last time so: its worker ended by signal 9;"
                + " its last words: Task evil running");
  }

  @Test
  void aQuarantinedTaskThatExitedCarriesItsExitCode() {
    observer.publishTask("mail", "exit", "crash", "{\"exit\":7}", Map.of("x-max-attempts", 9));

    var headers = Observer.headers(awaitDead());

    assertThat(headers).containsEntry("x-dead-reason", "poison");
    assertThat(headers.get("x-dead-detail").toString()).contains("3 times", "with exit code 7");
  }

  /** The process that runs this attempt and has printed its first line. */
  private long workerThatRuns(int attempt) {
    return await("attempt " + attempt + " runs")
        .atMost(LONG)
        .until(
            () -> {
              var presence = warrener.presence("c1");
              var worker = presence == null ? null : presence.workers().getFirst();
              boolean runs =
                  worker != null
                      && worker.pid() != null
                      && Integer.valueOf(attempt).equals(worker.attempt())
                      && controller.text().split("Task evil running", -1).length > attempt;
              return runs ? worker.pid() : 0L;
            },
            pid -> pid > 0);
  }

  private void awaitRun(int runs, int attempt) {
    await("run " + runs).atMost(LONG).until(() -> journal.starts().size() == runs);
    assertThat(journal.starts().getLast().attempt()).isEqualTo(attempt);
  }

  /** The worker is killed from outside, as the kernel's out-of-memory killer would. */
  private void crash(int run) {
    Signal.KILL.send(journal.starts().get(run - 1).pid());
  }

  private GetResponse awaitDead() {
    return await("it is among the dead letters")
        .atMost(LONG)
        .until(() -> observer.takeDead("mail"), letters -> !letters.isEmpty())
        .getFirst();
  }
}
