package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.WorkerState;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.OwnBroker;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What orders mean for whoever was away when they were given. */
@NeedsRabbitMq(value = "the embedded broker keeps no order log", with = Capability.RESTARTS)
class OrderLogIT {
  private static final Duration LONG = Duration.ofMinutes(1);

  private static OwnBroker broker;

  @TempDir private Path folder;
  private Vhost vhost;
  private Warrener warrener;
  private Observer observer;
  private Journal journal;
  private FaultyWire wire;

  @BeforeAll
  static void startBroker() {
    broker = TestBroker.own();
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void prepare() {
    vhost = broker.freshVhost();
    warrener = new Warrener(vhost, folder);
    observer = new Observer(vhost);
    journal = new Journal(folder.resolve("journal"));
    wire = new FaultyWire(vhost.uri());
  }

  @AfterEach
  void stopFleet() {
    warrener.close();
    wire.close();
    observer.close();
    vhost.close();
  }

  @Test
  void aHoldHoldsAfterARestartOfTheBrokerAndOfTheControllerUntilAResume() {
    var first = warrener.controller("c1", "--queue", "mail=1");
    warrener.run("hold", "--queue", "mail", "-m", "INC-7").succeeded();
    publish("one", 0.1, Map.of());

    observer.close();
    broker.stop();
    broker.start();
    observer = new Observer(vhost);
    awaitHeld("c1");
    assertThat(journal.starts()).isEmpty();

    first.kill();
    broker.stop();
    broker.start();
    warrener.startController("c1", "--queue", "mail=1");
    observer = new Observer(vhost);
    awaitHeld("c1");
    assertThat(journal.starts()).isEmpty();
    assertThat(observer.waiting("mail")).isEqualTo(1);

    warrener.run("resume", "--queue", "mail").succeeded();
    await("it runs").atMost(LONG).until(() -> journal.ends().containsKey("one"));
  }

  @Test
  void whatControllersSaidAboutAnOrderIsThereWhenTheyAreGone() {
    var controller = warrener.controller("c1", "--queue", "mail=1");
    publish("one", 60, Map.of());
    await("it runs").atMost(LONG).until(() -> journal.unfinished().contains("one"));
    var id =
        warrener
            .run("kill", "--all", "--then", "exit", "-y", "-o", "name")
            .succeeded()
            .out()
            .strip();
    await("it has ended").atMost(LONG).until(() -> !controller.process().isAlive());

    var list = warrener.run("kills", "list").succeeded();
    var shown = warrener.run("kills", "show", id).succeeded();

    assertThat(list.out()).containsPattern(id + " .* confirmed 1/1 ");
    assertThat(shown.out())
        .contains("CONFIRMED  kill " + id + ": 1 of 1 controller confirmed, 1 worker dead")
        .containsPattern("c1/1 +\\d+ +SIGKILL .* one");
  }

  @Test
  void tasksOfARevokedBatchMeetTheirFateAtAControllerThatNeverHeardTheOrder() {
    warrener.controller("c1", "--queue", "mail=1").kill();
    publish("a-1", 0.1, Map.of("x-batch", "a"));
    publish("b-1", 0.1, Map.of("x-batch", "b"));
    publish("c-1", 0.1, Map.of("x-batch", "c"));

    sendToNobody("kill", "--batch", "a", "--in-flight", "purge");
    sendToNobody("kill", "--batch", "b", "--in-flight", "dead-letter");
    warrener.controller("c2", "--queue", "mail=1");

    await("the third ends").atMost(LONG).until(() -> journal.ends().containsKey("c-1"));
    var dead =
        await("the second is dead")
            .atMost(LONG)
            .until(() -> observer.takeDead("mail"), letters -> !letters.isEmpty());
    assertThat(dead).extracting(letter -> letter.getProps().getMessageId()).containsExactly("b-1");
    assertThat(Observer.headers(dead.getFirst())).containsEntry("x-dead-reason", "killed");
    await("nothing waits").atMost(LONG).until(() -> observer.waiting("mail") == 0);
    assertThat(journal.starts()).extracting(Journal.Start::task).containsExactly("c-1");
  }

  @Test
  void aKillThatWasGivenWhileAControllerWasCutOffIsDoneBeforeItTakesAnythingAgain() {
    warrener.controllerAt(wire.uri(), "c1", "--queue", "mail=1", "--set", "lease=1m");
    publish("one", 600, Map.of());
    awaitBeats("one");
    long pid = journal.starts().getFirst().pid();
    long worker = onlyWorker();

    wire.cut();
    sendToNobody("kill", "--all", "--in-flight", "purge");
    publish("two", 0.1, Map.of());
    assertThat(Warrener.lives(worker)).isTrue();
    wire.heal();

    await("the worker is dead").atMost(LONG).until(() -> !Warrener.lives(worker));
    awaitHeld("c1");
    assertThat(journal.starts()).hasSize(1).allMatch(start -> start.pid() == pid);
    warrener.run("resume", "--all").succeeded();
    await("the other runs").atMost(LONG).until(() -> journal.ends().containsKey("two"));
    await("nothing waits").atMost(LONG).until(() -> observer.waiting("mail") == 0);
    assertThat(journal.runsOf("one")).as("purged when it came again").hasSize(1);
  }

  @Test
  void aKillThatExpiredWhileAControllerWasCutOffKillsNothing() {
    warrener.controllerAt(wire.uri(), "c1", "--queue", "mail=1", "--set", "lease=1m");
    publish("one", 6, Map.of());
    awaitBeats("one");

    wire.cut();
    // RabbitMQ ends the connection of who publishes just as a queue of that message vanishes.
    await("the broker has noticed").atMost(LONG).until(() -> !observer.hears("c1"));
    var expires = Instant.now().plusMillis(1500);
    observer.publishOrder(
        """
        {"version":1,"id":"%s","kind":"kill","scope":{"workers":[{"id":"c1/1"}]},
         "inFlight":"requeue","backlog":"keep","then":"respawn","graceMillis":0,
         "reason":"too late","issuedBy":"ana","issuedAt":"%s","expiresAt":"%s","dryRun":false}
        """
            .formatted(Uuid7.next(), Instant.now(), expires),
        true);
    await("it has expired").atMost(LONG).until(() -> Instant.now().isAfter(expires));
    wire.heal();

    await("the run ends").atMost(LONG).until(() -> journal.ends().containsKey("one"));
    await("nothing waits").atMost(LONG).until(() -> observer.waiting("mail") == 0);
    assertThat(journal.runs()).hasSize(1);
  }

  /** Nobody is there to confirm it: it is kept all the same. */
  private void sendToNobody(String... command) {
    var arguments = new ArrayList<>(List.of(command));
    arguments.addAll(List.of("--no-wait", "-y"));
    warrener.run(arguments.toArray(String[]::new)).succeeded();
  }

  private void publish(String id, double seconds, Map<String, Object> headers) {
    observer.publishTask("mail", id, "journal", journal.beating(seconds), headers);
  }

  private void awaitBeats(String task) {
    await(task + " runs").atMost(LONG).until(() -> !journal.runsOf(task).isEmpty());
  }

  private long onlyWorker() {
    return await("the worker is busy")
        .atMost(LONG)
        .until(
            () -> {
              var presence = warrener.presence("c1");
              return presence == null
                  ? 0L
                  : presence.workers().stream()
                      .filter(worker -> worker.state() == WorkerState.BUSY && worker.pid() != null)
                      .mapToLong(worker -> worker.pid())
                      .findFirst()
                      .orElse(0L);
            },
            pid -> pid > 0);
  }

  /** Until a controller that is connected says that it holds: what it said before is forgotten. */
  private void awaitHeld(String id) {
    var asked = Instant.now();
    await(id + " holds")
        .atMost(LONG)
        .until(() -> {
          var presence = warrener.presence(id);
          return presence != null
              && presence.at().isAfter(asked)
              && presence.state() == ControllerState.HELD
              && !presence.holds().isEmpty();
        });
  }
}
