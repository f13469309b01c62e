package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.WorkerState;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.OwnBroker;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How long runs go on when the broker, the network or the controller is away, and what then. */
@NeedsRabbitMq(value = "the broker is broken on purpose", with = Capability.FAULTS)
class LeaseIT {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration LEASE = Duration.ofSeconds(3);

  /** What a busy machine may add between the end of the lease and the last beat. */
  private static final Duration SLACK = Duration.ofSeconds(2);

  private static OwnBroker broker;

  @TempDir private Path folder;
  private Vhost vhost;
  private Warrener warrener;
  private Observer observer;
  private Journal journal;
  private FaultyWire wire;
  private Warrener.ControllerProcess started;

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

  /** The ways in which a controller loses the broker. */
  enum Loss {
    KILLED_BROKER {
      @Override
      void begin(LeaseIT test) {
        broker.kill();
      }

      @Override
      void end(LeaseIT test) {
        broker.start();
      }
    },
    FROZEN_BROKER {
      @Override
      void begin(LeaseIT test) {
        broker.pause();
      }

      @Override
      void end(LeaseIT test) {
        broker.resume();
      }
    },
    PARTITION {
      @Override
      void begin(LeaseIT test) {
        test.wire.stall();
      }

      @Override
      void end(LeaseIT test) {
        test.wire.heal();
      }
    },
    HALF_OPEN_CONNECTION {
      @Override
      void begin(LeaseIT test) {
        test.wire.halfOpen();
      }

      @Override
      void end(LeaseIT test) {
        test.wire.heal();
      }
    };

    abstract void begin(LeaseIT test);

    abstract void end(LeaseIT test);
  }

  @ParameterizedTest
  @EnumSource
  void aRunWithoutTheBrokerEndsWithTheLeaseAndBeginsAnewUnchargedWhenItIsBack(Loss loss) {
    controller("c1", wire.uri(), 1, "lease=3s");
    publish("one", 7);
    awaitBeats("one");

    long pid = workerOf("c1");
    long lost = System.nanoTime();
    loss.begin(this);
    try {
      await("the worker is killed").atMost(LONG).until(() -> !Warrener.lives(pid));
    } finally {
      loss.end(this);
    }

    var first = journal.runsOf("one").getFirst();
    assertThat(first.ended()).isFalse();
    assertThat(Duration.ofNanos(first.last() - lost))
        .as("how long it went on")
        .isBetween(LEASE.dividedBy(3), LEASE.plus(SLACK));
    await("it runs again, to its end").atMost(LONG).until(() -> journal.ends().containsKey("one"));
    assertThat(journal.runsOf("one")).hasSize(2).allMatch(run -> run.attempt() == 1);
  }

  @Test
  void backWithinTheLeaseWhatStillRunsIsTakenUpAgainAndWhatEndedIsNotRunTwice()
      throws InterruptedException {
    controller("c1", wire.uri(), 2, "lease=20s");
    publish("short", 3);
    publish("long", 8);
    awaitBeats("short", "long");

    wire.cut();
    await("one ends without the broker")
        .atMost(LONG)
        .until(() -> journal.ends().containsKey("short"));
    assertThat(journal.ends()).doesNotContainKey("long");
    wire.heal();

    await("the other ends").atMost(LONG).until(() -> journal.ends().containsKey("long"));
    awaitSettled("c1");
    assertAllSettled();
    assertThat(journal.runs()).as("%s", started.text()).hasSize(2);
  }

  @Test
  void whereALossMeansKillTheRunIsKilledAtOnceAndNotAfterTheLease() {
    controller("c1", wire.uri(), 1, "lease=10m\nwithout-broker=kill");
    publish("one", 60);
    awaitBeats("one");
    long pid = workerOf("c1");

    wire.cut();

    await("the worker is killed").atMost(LONG).until(() -> !Warrener.lives(pid));
    assertThat(journal.runsOf("one")).hasSize(1).noneMatch(Journal.JournalRun::ended);
  }

  @Test
  void whereALossMeansFinishTheRunOutlivesTheLeaseAndIsSettledAfterwards()
      throws InterruptedException {
    controller("c1", wire.uri(), 1, "lease=2s\nwithout-broker=finish");
    publish("one", 7);
    awaitBeats("one");

    wire.cut();
    await("it ends").atMost(LONG).until(() -> journal.ends().containsKey("one"));
    wire.heal();

    awaitSettled("c1");
    assertAllSettled();
    assertThat(journal.runs()).hasSize(1);
  }

  @Test
  void workersOfAFrozenControllerEndThemselvesAndAnotherHostFinishesTheTasksUncharged()
      throws InterruptedException {
    var frozen = controller("c1", wire.uri(), 2, "lease=3s");
    controller("c2", vhost.uri().toString(), 2, "lease=3s");
    warrener.run("hold", "--controller", "c2").succeeded();
    publish("one", 8);
    publish("other", 8);
    awaitBeats("one", "other");
    var pids = journal.pids();

    long lost = System.nanoTime();
    frozen.freeze();
    warrener.run("resume", "--controller", "c2").succeeded();
    await("its workers have ended")
        .atMost(LONG)
        .until(() -> pids.stream().noneMatch(Warrener::lives));
    await("the other host finishes").atMost(LONG).until(() -> journal.ends().keySet().size() == 2);
    frozen.thaw();

    await("it is back").atMost(LONG).until(() -> presenceState("c1") == ControllerState.RUNNING);
    for (var task : new String[] {"one", "other"}) {
      var runs = journal.runsOf(task);
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
    long pid = workerOf("c1");

    frozen.freeze();
    await("its worker has ended").atMost(LONG).until(() -> !Warrener.lives(pid));
    frozen.thaw();

    await("it runs again, to its end").atMost(LONG).until(() -> journal.ends().containsKey("one"));
    assertThat(journal.runsOf("one"))
        .as("%s", frozen.text())
        .hasSize(2)
        .allMatch(run -> run.attempt() == 1);
  }

  @Test
  void aWorkerThatStandsStillForLongerThanTheLeaseGoesOnWithItsRun() throws InterruptedException {
    controller("c1", vhost.uri().toString(), 1, "lease=2s");
    publish("one", 1.5);
    awaitBeats("one");
    long pid = workerOf("c1");

    Signal.STOP.send(pid);
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2500);
    await("the lease is over").atMost(LONG).until(() -> System.nanoTime() > until);
    Signal.CONT.send(pid);

    await("it ends").atMost(LONG).until(() -> journal.ends().containsKey("one"));
    awaitSettled("c1");
    assertAllSettled();
    assertThat(journal.runs()).hasSize(1);
  }

  @Test
  void aFrozenWorkerIsKilledAndConfirmedLikeAnyOther() {
    controller("c1", vhost.uri().toString(), 1, "lease=15s");
    publish("one", 600);
    awaitBeats("one");
    long pid = workerOf("c1");
    Signal.STOP.send(pid);

    warrener.run("kill", "--task", "one", "--in-flight", "purge", "-y").succeeded();

    assertThat(Warrener.lives(pid)).isFalse();
    assertThat(observer.waiting("mail")).isZero();
  }

  private Warrener.ControllerProcess controller(
      String id, String uri, int workers, String properties) {
    var file = folder.resolve(id + ".properties");
    try {
      Files.writeString(file, properties + "\nqueue.mail.look-ahead=0\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    started =
        warrener.controllerAt(uri, id, "--queue", "mail=" + workers, "--config", file.toString());
    return started;
  }

  private void publish(String id, double seconds) {
    observer.publishTask("mail", id, "journal", journal.beating(seconds), Map.of());
  }

  private void awaitBeats(String... tasks) {
    for (var task : tasks) {
      await(task + " runs")
          .atMost(LONG)
          .until(() -> {
            var runs = journal.runsOf(task);
            return !runs.isEmpty() && runs.getLast().last() > runs.getLast().start();
          });
    }
  }

  /** The only busy worker of a controller, as it said while it could. */
  private long workerOf(String id) {
    return await("a worker of " + id + " is busy")
        .atMost(LONG)
        .until(
            () -> {
              var presence = warrener.presence(id);
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

  private ControllerState presenceState(String id) {
    var presence = warrener.presence(id);
    return presence == null ? ControllerState.STARTING : presence.state();
  }

  /**
   * Waits until a controller is connected, has nothing left to do, and has taken in what waited.
   */
  private void awaitSettled(String id) {
    await(id + " is idle, and nothing waits")
        .atMost(LONG)
        .until(() -> {
          var presence = warrener.presence(id);
          return presence != null
              && presence.state() == ControllerState.RUNNING
              && presence.workers().stream().allMatch(worker -> worker.state() == WorkerState.IDLE)
              && observer.consumers("mail") == 1
              && observer.waiting("mail") == 0;
        });
  }

  /** What is unsettled comes back when the controllers are gone; here nothing may. */
  private void assertAllSettled() throws InterruptedException {
    warrener.terminateAll();
    await("nobody consumes").atMost(LONG).until(() -> observer.consumers("mail") == 0);
    assertThat(observer.waiting("mail")).as("waiting").isZero();
    assertThat(observer.waiting("mail.retry.1")).as("waiting for another attempt").isZero();
    assertThat(observer.takeDead("mail")).isEmpty();
  }
}
