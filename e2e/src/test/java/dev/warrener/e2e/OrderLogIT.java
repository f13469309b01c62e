package dev.warrener.e2e;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.BreakableBroker;
import dev.warrener.e2e.fixture.ForeignOrder;
import dev.warrener.e2e.fixture.Journal;
import dev.warrener.e2e.fixture.Observer;
import dev.warrener.e2e.fixture.ProcessTable;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an order means for a controller that was away when the order was given. */
@NeedsRabbitMq(value = "the embedded broker keeps no order log", with = Capability.RESTARTS)
class OrderLogIT {
  @RegisterExtension private static final BreakableBroker BROKER = new BreakableBroker();

  @RegisterExtension private final TestFleet fleet = TestFleet.on(BROKER);

  @Test
  void aHoldHoldsAfterARestartOfTheBrokerAndOfTheControllerUntilAResume() {
    var first = fleet.controller("c1", "--queue", "mail=1");
    fleet.run("hold", "--queue", "mail", "-m", "INC-7").succeeded();
    fleet.publishBeating("mail", "one", 0.1);

    BROKER.get().stop();
    BROKER.get().start();
    awaitHeld("c1");
    assertThat(fleet.journal().starts()).isEmpty();

    first.kill();
    BROKER.get().stop();
    BROKER.get().start();
    fleet.startController("c1", "--queue", "mail=1");
    awaitHeld("c1");
    assertThat(fleet.journal().starts()).isEmpty();
    assertThat(fleet.observer().waiting("mail")).isEqualTo(1);

    fleet.run("resume", "--queue", "mail").succeeded();
    fleet.awaitEnded("one");
  }

  @Test
  void whatControllersSaidAboutAnOrderIsThereWhenTheyAreGone() {
    var controller = fleet.controller("c1", "--queue", "mail=1");
    fleet.publishBeating("mail", "one", 60);
    fleet.awaitRunning("one");
    var id =
        fleet.run("kill", "--all", "--then", "exit", "-y", "-o", "name").succeeded().out().strip();
    await("it has ended").atMost(LONG).until(() -> !controller.isAlive());

    var list = fleet.run("kills", "list").succeeded();
    var shown = fleet.run("kills", "show", id).succeeded();

    assertThat(list.out()).containsPattern(id + " .* confirmed 1/1 ");
    assertThat(shown.out())
        .contains("CONFIRMED  kill " + id + ": 1 of 1 controller confirmed, 1 worker dead")
        .containsPattern("c1/1 +\\d+ +SIGKILL .* one");
  }

  @Test
  void tasksOfARevokedBatchMeetTheirFateAtAControllerThatNeverHeardTheOrder() {
    fleet.controller("c1", "--queue", "mail=1").kill();
    fleet.publishBeating("mail", "a-1", 0.1, Map.of("x-batch", "a"));
    fleet.publishBeating("mail", "b-1", 0.1, Map.of("x-batch", "b"));
    fleet.publishBeating("mail", "c-1", 0.1, Map.of("x-batch", "c"));

    sendToNobody("kill", "--batch", "a", "--in-flight", "purge");
    sendToNobody("kill", "--batch", "b", "--in-flight", "dead-letter");
    fleet.controller("c2", "--queue", "mail=1");

    fleet.awaitEnded("c-1");
    var dead =
        await("the second is dead")
            .atMost(LONG)
            .until(() -> fleet.observer().takeDead("mail"), letters -> !letters.isEmpty());
    assertThat(dead).extracting(letter -> letter.getProps().getMessageId()).containsExactly("b-1");
    assertThat(Observer.headers(dead.getFirst())).containsEntry("x-dead-reason", "killed");
    fleet.awaitWaiting("mail", 0);
    assertThat(fleet.journal().starts()).extracting(Journal.Start::task).containsExactly("c-1");
  }

  @Test
  void aKillThatWasGivenWhileAControllerWasCutOffIsDoneBeforeItTakesAnythingAgain() {
    var wire = fleet.wire();
    fleet.controllerAt(wire.uri(), "c1", "--queue", "mail=1", "--set", "lease=1m");
    fleet.publishBeating("mail", "one", 600);
    fleet.awaitRunning("one");
    long pid = fleet.journal().starts().getFirst().pid();
    long worker = fleet.awaitBusyWorker("c1");

    wire.cut();
    sendToNobody("kill", "--all", "--in-flight", "purge");
    fleet.publishBeating("mail", "two", 0.1);
    assertThat(ProcessTable.lives(worker)).isTrue();
    wire.heal();

    await("the worker is dead").atMost(LONG).until(() -> !ProcessTable.lives(worker));
    awaitHeld("c1");
    assertThat(fleet.journal().starts()).hasSize(1).allMatch(start -> start.pid() == pid);
    fleet.run("resume", "--all").succeeded();
    fleet.awaitEnded("two");
    fleet.awaitWaiting("mail", 0);
    assertThat(fleet.journal().runsOf("one")).as("purged when it came again").hasSize(1);
  }

  @Test
  void purgeInWhoseMiddleTheControllerDiesIsNotConfirmedAndItsTaskDoesNotRunThereAgain() {
    var first = fleet.controller("c1", "--queue", "mail=1");
    fleet.publishBeating("mail", "one", 600);
    fleet.awaitRunning("one");
    var kill =
        fleet.run(
            "kill",
            "--all",
            "--in-flight",
            "purge",
            "--grace",
            "10m",
            "--no-wait",
            "-y",
            "-o",
            "name");
    var id = kill.succeeded().out().strip();
    await("c1 has the order")
        .atMost(LONG)
        .until(() -> fleet.run("kills", "show", id).out().contains("c1"));

    first.kill();
    fleet.startController("c1", "--queue", "mail=1");

    awaitHeld("c1");
    var shown =
        await("its next run has answered")
            .atMost(LONG)
            .until(() -> fleet.run("kills", "show", id), run -> run.out().contains("FAILED"));
    assertThat(shown.status()).as(shown.out()).isEqualTo(3);
    assertThat(shown.out() + shown.err())
        .contains("FAILED", "task one: this controller ended before the task was settled");
    fleet.run("resume", "--all").succeeded();
    fleet.awaitWaiting("mail", 0);
    assertThat(fleet.journal().runsOf("one")).hasSize(1);
  }

  @Test
  void aKillThatExpiredWhileAControllerWasCutOffKillsNothing() {
    var wire = fleet.wire();
    fleet.controllerAt(wire.uri(), "c1", "--queue", "mail=1", "--set", "lease=1m");
    fleet.publishBeating("mail", "one", 6);
    fleet.awaitRunning("one");

    wire.cut();
    // RabbitMQ ends the connection of who publishes just as a queue of that message vanishes.
    await("the broker has noticed").atMost(LONG).until(() -> !fleet.observer().hears("c1"));
    var expires = Instant.now().plusMillis(1500);
    var tooLate = ForeignOrder.kill("\"workers\":[{\"id\":\"c1/1\"}]").expiringAt(expires);
    fleet.observer().publishOrder(tooLate.json(), true);
    await("it has expired").atMost(LONG).until(() -> Instant.now().isAfter(expires));
    wire.heal();

    fleet.awaitEnded("one");
    fleet.awaitWaiting("mail", 0);
    assertThat(fleet.journal().runs()).hasSize(1);
  }

  /** Gives an order that nobody is there to confirm; the log keeps it all the same. */
  private void sendToNobody(String... command) {
    var arguments = new ArrayList<>(List.of(command));
    arguments.addAll(List.of("--no-wait", "-y"));
    fleet.run(arguments.toArray(String[]::new)).succeeded();
  }

  /** Waits until a controller reports, after this call, that it holds. */
  private void awaitHeld(String id) {
    var asked = Instant.now();
    await(id + " holds")
        .atMost(LONG)
        .until(() -> {
          var presence = fleet.presence(id);
          return presence != null
              && presence.at().isAfter(asked)
              && presence.state() == ControllerState.HELD
              && !presence.holds().isEmpty();
        });
  }
}
