package dev.warrener.e2e;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.ControllerProcess;
import dev.warrener.e2e.fixture.FaultyWire;
import dev.warrener.e2e.fixture.ProcessTable;
import dev.warrener.e2e.fixture.TestFleet;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A controller whose order connection alone is lost can't be told to stop anything. */
class DeafIT {
  /** The last word of the connection's name at the broker. */
  private static final String ORDERS = "controller c1 orders";

  private static final Duration LEASE = Duration.ofSeconds(3);

  /** What a busy machine may add between the end of the lease and the last beat. */
  private static final Duration SLACK = Duration.ofSeconds(2);

  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  private FaultyWire wire;

  @BeforeEach
  void prepareWire() {
    wire = fleet.wire();
  }

  /** The ways in which the order connection is lost. */
  enum Loss {
    RESET {
      @Override
      void begin(FaultyWire wire) {
        wire.cut(ORDERS);
      }
    },
    SILENCE {
      @Override
      void begin(FaultyWire wire) {
        wire.stall(ORDERS);
      }
    };

    abstract void begin(FaultyWire wire);
  }

  @ParameterizedTest
  @EnumSource
  void runThatNoOrderCanReachEndsWithTheLeaseAndBeginsAnewUncharged(Loss loss) {
    controller("lease=3s");
    publish("one", 8);
    long pid = fleet.awaitBusyWorker("c1");

    long lost = System.nanoTime();
    loss.begin(wire);
    try {
      await("the worker is killed").atMost(LONG).until(() -> !ProcessTable.lives(pid));
    } finally {
      wire.heal();
    }

    var first = fleet.journal().runsOf("one").getFirst();
    assertThat(first.ended()).isFalse();
    assertThat(Duration.ofNanos(first.last() - lost))
        .as("how long it went on")
        .isBetween(LEASE.dividedBy(3), LEASE.plus(SLACK));
    fleet.awaitEnded("one");
    assertThat(fleet.journal().runsOf("one")).hasSize(2).allMatch(run -> run.attempt() == 1);
  }

  @Test
  void runGoesOnIfOrdersCanReachItAgainWithinTheLease() {
    var controller = controller("lease=20s");
    publish("one", 6);
    fleet.awaitBusyWorker("c1");

    wire.cut(ORDERS);
    await("it is deaf")
        .atMost(LONG)
        .until(() -> controller.text().contains("lost the order connection"));
    wire.heal();

    fleet.awaitEnded("one");
    assertThat(fleet.journal().runsOf("one")).hasSize(1);
  }

  private ControllerProcess controller(String settings) {
    var file = fleet.file("c1.properties", settings + "\nqueue.mail.look-ahead=0\n");
    return fleet.controllerAt(
        wire.uri(), "c1", "--queue", "mail=1", "--config", file.toString());
  }

  private void publish(String id, double seconds) {
    fleet.publishBeating("mail", id, seconds);
    await(id + " runs")
        .atMost(LONG)
        .until(() -> {
          var runs = fleet.journal().runsOf(id);
          return !runs.isEmpty() && runs.getLast().last() > runs.getLast().start();
        });
  }
}
