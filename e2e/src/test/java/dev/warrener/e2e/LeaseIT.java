package dev.warrener.e2e;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.BreakableBroker;
import dev.warrener.e2e.fixture.ControllerProcess;
import dev.warrener.e2e.fixture.FaultyWire;
import dev.warrener.e2e.fixture.Journal;
import dev.warrener.e2e.fixture.ProcessTable;
import dev.warrener.e2e.fixture.Signal;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.WorkerState;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How long runs go on without the broker, the network or the controller, and what follows. */
@NeedsRabbitMq(value = "the broker is broken on purpose", with = Capability.FAULTS)
class LeaseIT {
  private static final Duration LEASE = Duration.ofSeconds(3);

  /** What a busy machine may add between the end of the lease and the last beat. */
  private static final Duration SLACK = Duration.ofSeconds(2);

  @RegisterExtension private static final BreakableBroker BROKER = new BreakableBroker();

  @RegisterExtension private final TestFleet fleet = TestFleet.on(BROKER);

  private FaultyWire wire;

  @BeforeEach
  void prepareWire() {
    wire = fleet.wire();
  }

  /** The ways in which a controller loses the broker. */
  enum Loss {
    KILLED_BROKER {
      @Override
      void begin(FaultyWire wire) {
        BROKER.get().kill();
      }

      @Override
      void end(FaultyWire wire) {
        BROKER.get().start();
      }
    },
    FROZEN_BROKER {
      @Override
      void begin(FaultyWire wire) {
        BROKER.get().pause();
      }

      @Override
      void end(FaultyWire wire) {
        BROKER.get().resume();
      }
    },
    PARTITION {
      @Override
      void begin(FaultyWire wire) {
        wire.stall();
      }

      @Override
      void end(FaultyWire wire) {
        wire.heal();
      }
    },
    HALF_OPEN_CONNECTION {
      @Override
      void begin(FaultyWire wire) {
        wire.halfOpen();
      }

      @Override
      void end(FaultyWire wire) {
        wire.heal();
      }
    };

    abstract void begin(FaultyWire wire);

    abstract void end(FaultyWire wire);
  }

  @ParameterizedTest
  @EnumSource
  void aRunWithoutTheBrokerEndsWithTheLeaseAndBeginsAnewUnchargedWhenItIsBack(Loss loss) {
    // Not shorter: a broker that has just started may be slow, and a second loss would end a run.
    var lease = Duration.ofSeconds(5);
    controller("c1", wire.uri(), 1, "lease=5s");
    publish("one", 11);
    awaitBeats("one");

    long pid = fleet.awaitBusyWorker("c1");
    long lost = System.nanoTime();
    loss.begin(wire);
    try {
      await("the worker is killed").atMost(LONG).until(() -> !ProcessTable.lives(pid));
    } finally {
      loss.end(wire);
    }

    var first = fleet.journal().runsOf("one").getFirst();
    assertThat(first.ended()).isFalse();
    assertThat(Duration.ofNanos(first.last() - lost))
        .as("how long it went on")
        .isBetween(lease.dividedBy(3), lease.plus(SLACK));
    fleet.awaitEnded("one");
    assertThat(fleet.journal().runsOf("one")).hasSize(2).allMatch(run -> run.attempt() == 1);
  }

  @Test
  void backWithinTheLeaseWhatStillRunsIsTakenUpAgainAndWhatEndedIsNotRunTwice()
      throws InterruptedException {
    var controller = controller("c1", wire.uri(), 2, "lease=20s");
    publish("short", 3);
    publish("long", 8);
    awaitBeats("short", "long");

    wire.cut();
    fleet.awaitEnded("short");
    assertThat(fleet.journal().ends()).doesNotContainKey("long");
    wire.heal();

    fleet.awaitEnded("long");
    awaitSettled("c1");
    assertAllSettled();
    assertThat(fleet.journal().runs()).as("%s", controller.text()).hasSize(2);
  }

  @Test
  void whereALossMeansKillTheRunIsKilledAtOnceAndNotAfterTheLease() {
    controller("c1", wire.uri(), 1, "lease=10m\nwithout-broker=kill");
    publish("one", 60);
    awaitBeats("one");
    long pid = fleet.awaitBusyWorker("c1");

    wire.cut();

    await("the worker is killed").atMost(LONG).until(() -> !ProcessTable.lives(pid));
    assertThat(fleet.journal().runsOf("one")).hasSize(1).noneMatch(Journal.JournalRun::ended);
  }

  @Test
  void whereALossMeansFinishTheRunOutlivesTheLeaseAndIsSettledAfterwards()
      throws InterruptedException {
    controller("c1", wire.uri(), 1, "lease=2s\nwithout-broker=finish");
    publish("one", 7);
    awaitBeats("one");

    wire.cut();
    fleet.awaitEnded("one");
    wire.heal();

    awaitSettled("c1");
    assertAllSettled();
    assertThat(fleet.journal().runs()).hasSize(1);
  }

  @Test
  void workersOfAFrozenControllerEndThemselvesAndAnotherHostFinishesTheTasksUncharged()
      throws InterruptedException {
    var frozen = controller("c1", wire.uri(), 2, "lease=3s");
    controller("c2", fleet.uri(), 2, "lease=3s");
    fleet.run("hold", "--controller", "c2").succeeded();
    publish("one", 8);
    publish("other", 8);
    awaitBeats("one", "other");
    var pids = fleet.journal().pids();

    long lost = System.nanoTime();
    frozen.freeze();
    fleet.run("resume", "--controller", "c2").succeeded();
    await("its workers have ended")
        .atMost(LONG)
        .until(() -> pids.stream().noneMatch(ProcessTable::lives));
    await("the other host finishes")
        .atMost(LONG)
        .until(() -> fleet.journal().ends().keySet().size() == 2);
    frozen.thaw();

    await("it is back").atMost(LONG).until(() -> presenceState("c1") == ControllerState.RUNNING);
    for (var task : new String[] {"one", "other"}) {
      var runs = fleet.journal().runsOf(task);
      assertThat(runs).as("%s", frozen.text()).hasSize(2).allMatch(run -> run.attempt() == 1);
      assertThat(Duration.ofNanos(runs.getFirst().last() - lost)).isLessThan(LEASE.plus(SLACK));
      assertThat(runs.getFirst().overlaps(runs.getLast())).as("two at a time").isFalse();
    }
    assertAllSettled();
  }

  @Test
  void aControllerThatThawsBeforeTheBrokerMissesItChargesNobodyForTheRunsThatItLost() {
    var frozen = controller("c1", wire.uri(), 1, "lease=3s");
    publish("one", 5);
    awaitBeats("one");
    long pid = fleet.awaitBusyWorker("c1");

    frozen.freeze();
    await("its worker has ended").atMost(LONG).until(() -> !ProcessTable.lives(pid));
    frozen.thaw();

    fleet.awaitEnded("one");
    assertThat(fleet.journal().runsOf("one"))
        .as("%s", frozen.text())
        .hasSize(2)
        .allMatch(run -> run.attempt() == 1);
  }

  @Test
  void aWorkerThatStandsStillForLongerThanTheLeaseGoesOnWithItsRun() throws InterruptedException {
    controller("c1", fleet.uri(), 1, "lease=2s");
    publish("one", 1.5);
    awaitBeats("one");
    long pid = fleet.awaitBusyWorker("c1");

    Signal.STOP.send(pid);
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2500);
    await("the lease is over").atMost(LONG).until(() -> System.nanoTime() > until);
    Signal.CONT.send(pid);

    fleet.awaitEnded("one");
    awaitSettled("c1");
    assertAllSettled();
    assertThat(fleet.journal().runs()).hasSize(1);
  }

  @Test
  void aFrozenWorkerIsKilledAndConfirmedLikeAnyOther() {
    controller("c1", fleet.uri(), 1, "lease=15s");
    publish("one", 600);
    awaitBeats("one");
    long pid = fleet.awaitBusyWorker("c1");
    Signal.STOP.send(pid);

    fleet.run("kill", "--task", "one", "--in-flight", "purge", "-y").succeeded();

    assertThat(ProcessTable.lives(pid)).isFalse();
    assertThat(fleet.observer().waiting("mail")).isZero();
  }

  private ControllerProcess controller(String id, String uri, int workers, String settings) {
    var file = fleet.file(id + ".properties", settings + "\nqueue.mail.look-ahead=0\n");
    return fleet.controllerAt(uri, id, "--queue", "mail=" + workers, "--config", file.toString());
  }

  private void publish(String id, double seconds) {
    fleet.publishBeating("mail", id, seconds);
  }

  private void awaitBeats(String... tasks) {
    for (var task : tasks) {
      await(task + " runs")
          .atMost(LONG)
          .until(() -> {
            var runs = fleet.journal().runsOf(task);
            return !runs.isEmpty() && runs.getLast().last() > runs.getLast().start();
          });
    }
  }

  private ControllerState presenceState(String id) {
    var presence = fleet.presence(id);
    return presence == null ? ControllerState.STARTING : presence.state();
  }

  /** Waits until a controller is connected and idle, and no task waits at the broker. */
  private void awaitSettled(String id) {
    await(id + " is idle, and nothing waits")
        .atMost(LONG)
        .until(() -> {
          var presence = fleet.presence(id);
          return presence != null
              && presence.state() == ControllerState.RUNNING
              && presence.workers().stream().allMatch(worker -> worker.state() == WorkerState.IDLE)
              && fleet.observer().consumers("mail") == 1
              && fleet.observer().waiting("mail") == 0;
        });
  }

  /** Ends all controllers and checks that no task comes back: a task that is not settled would. */
  private void assertAllSettled() throws InterruptedException {
    fleet.terminateAll();
    await("nobody consumes").atMost(LONG).until(() -> fleet.observer().consumers("mail") == 0);
    assertThat(fleet.observer().waiting("mail")).as("waiting").isZero();
    assertThat(fleet.observer().waiting("mail.retry.1")).as("waiting for another attempt").isZero();
    assertThat(fleet.observer().takeDead("mail")).isEmpty();
  }
}
