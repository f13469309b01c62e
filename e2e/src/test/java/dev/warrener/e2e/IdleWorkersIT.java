package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.ControllerProcess;
import dev.warrener.e2e.fixture.Journal;
import dev.warrener.e2e.fixture.ProcessTable;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Long tasks never wait at a controller whose workers are busy while those of another are idle. */
class IdleWorkersIT {
  private static final double LONG_TASK = 300;

  /** The time within which an idle worker starts a task that waits at all. */
  private static final Duration SOON = Duration.ofSeconds(5);

  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  @Test
  void workersOfAControllerThatJoinsStartWhatWaits() {
    start("c1");
    publishLong(4);
    fleet.awaitRunning(2);

    start("c2");

    awaitStarts(4);
  }

  @Test
  void tasksAreSharedByControllersThatAreResumedInTurn() {
    start("c1");
    start("c2");
    fleet.run("hold", "--controller", "c1", "--controller", "c2").succeeded();
    publishLong(4);
    fleet.run("resume", "--controller", "c1").succeeded();
    fleet.awaitRunning(2);

    fleet.run("resume", "--controller", "c2").succeeded();

    awaitStarts(4);
  }

  @Test
  void tasksOfAControllerThatIsStoppedAreThereWhenItIsStartedAgain() throws Exception {
    start("c1");
    var stopped = start("c2");
    publishLong(4);
    fleet.awaitRunning(4);

    stopped.terminate();
    stopped.awaitExit();
    start("c2");

    awaitStarts(6);
  }

  @Test
  @NeedsRabbitMq("the embedded broker counts tasks that a controller holds as waiting")
  void tasksOfAControllerThatWasCutOffAreThereWhenItIsBack() {
    var wire = fleet.wire();
    start("c1");
    fleet.controllerAt(wire.uri(), "c2", "--queue", "mail=2", "--set", "lease=3s");
    publishLong(4);
    fleet.awaitRunning(4);

    wire.cut();
    fleet.awaitWaiting("mail", 2);
    await("its lease is over").atMost(TestFleet.LONG).until(() -> livingWorkers() == 2);
    wire.heal();
    var healed = Instant.now();
    await("c2 is back").atMost(TestFleet.LONG).until(() -> isThereSince("c2", healed));

    awaitStarts(6);
  }

  private long livingWorkers() {
    return fleet.journal().pids().stream().filter(ProcessTable::lives).count();
  }

  private boolean isThereSince(String id, Instant instant) {
    var presence = fleet.presence(id);
    return presence != null && presence.at().isAfter(instant);
  }

  @Test
  @NeedsRabbitMq("the embedded broker counts tasks that a controller holds as waiting")
  void longTasksAfterManyShortOnesGoBackToTheirQueueUncharged() {
    start("c1");
    for (int i = 0; i < 50; i++) {
      fleet.publish("mail", "short-" + i, 0);
    }
    fleet.awaitEnded("short-49");
    publishLong(4);
    fleet.awaitRunning(2);

    await("the others go back").atMost(SOON).until(() -> fleet.observer().waiting("mail") == 2);

    start("c2");
    awaitStarts(54);
    assertThat(fleet.journal().starts()).extracting(Journal.Start::attempt).containsOnly(1);
    assertThat(fleet.observer().takeDead("mail")).isEmpty();
  }

  private ControllerProcess start(String id) {
    return fleet.controller(id, "--queue", "mail=2", "--set", "drain-deadline=1s");
  }

  private void publishLong(int number) {
    for (int i = 0; i < number; i++) {
      fleet.publish("mail", "long-" + i, LONG_TASK);
    }
  }

  private void awaitStarts(int number) {
    await(number + " runs begin")
        .atMost(SOON)
        .until(() -> fleet.journal().starts().size(), starts -> starts == number);
  }
}
