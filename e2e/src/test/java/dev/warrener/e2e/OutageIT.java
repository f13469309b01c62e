package dev.warrener.e2e;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.BreakableBroker;
import dev.warrener.e2e.fixture.ControllerProcess;
import dev.warrener.e2e.fixture.FaultyWire;
import dev.warrener.e2e.fixture.Journal;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An outage of the broker that is shorter than the lease costs no run, whoever is back first. */
@NeedsRabbitMq(value = "the broker is broken on purpose", with = Capability.FAULTS)
class OutageIT {
  private static final int TASKS = 14;
  private static final int WORKERS = TASKS / 2;
  private static final Duration OUTAGE = Duration.ofSeconds(10);

  @RegisterExtension private static final BreakableBroker BROKER = new BreakableBroker();

  @RegisterExtension private final TestFleet fleet = TestFleet.on(BROKER);

  private ControllerProcess one;
  private ControllerProcess two;

  @Test
  void noTaskRunsTwiceWhenTheBrokerIsStartedAgainWithinTheLease() {
    // The start of a node takes its time.
    start(fleet.uri(), "lease=60s\n");

    BROKER.get().kill();
    pass();
    BROKER.get().start();

    assertEachHasRunOnce();
  }

  @Test
  void noTaskRunsTwiceWhenTheNetworkIsBackWithinTheLease() {
    var wire = fleet.wire();
    start(wire.uri(), "lease=25s\n");

    breakFor(wire);

    assertEachHasRunOnce();
  }

  @Test
  void noTaskRunsTwiceWhereMoreTasksWaitThanBothControllersTake() {
    var wire = fleet.wire();
    start(wire.uri(), "lease=25s\nqueue.mail.look-ahead=2\n");
    for (int i = 0; i < 4 * TASKS; i++) {
      fleet.publishBeating("mail", "later-" + i, 0.2);
    }

    breakFor(wire);

    assertEachHasRunOnce();
    await("the others have run, too")
        .atMost(LONG)
        .until(() -> fleet.journal().ends().size() == 5 * TASKS);
  }

  private void breakFor(FaultyWire wire) {
    wire.cut();
    pass();
    wire.heal();
  }

  /** Starts two controllers, and as many tasks as both have workers. */
  private void start(String uri, String settings) {
    var file = fleet.file("outage.properties", settings).toString();
    one = fleet.controllerAt(uri, "c1", "--queue", "mail=" + WORKERS, "--config", file);
    two = fleet.controllerAt(uri, "c2", "--queue", "mail=" + WORKERS, "--config", file);
    await("both have workers")
        .atMost(LONG)
        .until(() -> isRunning("c1") && isRunning("c2"));
    // Some end in the outage, the others after it.
    tasks().forEach(i -> fleet.publishBeating("mail", "task-" + i, i % 3 == 0 ? 6 : 14 + i % 3));
    await("all run").atMost(LONG).until(() -> fleet.journal().runs().size() == TASKS);
  }

  private boolean isRunning(String controller) {
    var presence = fleet.presence(controller);
    return presence != null
        && presence.state() == ControllerState.RUNNING
        && presence.workers().stream().allMatch(worker -> worker.pid() != null);
  }

  private static void pass() {
    long until = System.nanoTime() + OUTAGE.toNanos();
    await("the outage lasts").atMost(LONG).until(() -> System.nanoTime() > until);
  }

  private static List<Integer> tasks() {
    return IntStream.range(0, TASKS).boxed().toList();
  }

  private void assertEachHasRunOnce() {
    tasks().forEach(i -> fleet.awaitEnded("task-" + i));
    await("nothing waits, and nothing is taken")
        .atMost(LONG)
        .until(() -> fleet.observer().waiting("mail") == 0 && fleet.presence("c1") != null);
    var twice =
        tasks().stream()
            .map(i -> fleet.journal().runsOf("task-" + i))
            .filter(runs -> runs.size() > 1)
            .map(List::getFirst)
            .map(Journal.JournalRun::toString)
            .toList();
    assertThat(twice).as("tasks that ran twice:\n%s\n%s", one.text(), two.text()).isEmpty();
  }
}
