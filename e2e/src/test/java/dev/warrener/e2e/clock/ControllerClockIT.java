package dev.warrener.e2e.clock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.CommandResult;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.e2e.fixture.WrongClock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The clock of a controller is wrong, and jumps while it runs. What it does with orders is said;
 * what has nothing to do with other hosts goes on as if nothing had happened.
 */
class ControllerClockIT {
  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  private WrongClock clock;

  @BeforeEach
  void startController() {
    clock = WrongClock.ahead(fleet.folder(), "wrong", Duration.ofHours(1));
    fleet.controllerIn(clock.variables(), "wrong", "--queue", "parcels=1");
  }

  @Test
  void ordersToItAloneAreDoneInItsTime() {
    fleet.publishBeating("parcels", "t", 600);
    awaitRunAfter(0);

    for (var ahead : WrongClock.WRONG) {
      clock.set(ahead);
      int runs = runs();

      confirmed(fleet.run("kill", "--queue", "parcels", "-y", "-m", "test"));
      long killedAt = System.nanoTime();

      await("it is held").atMost(TestFleet.LONG).until(this::isHeld);
      assertThat(fleet.journal().runsOf("t").getLast().last()).isLessThan(killedAt);
      // Later by the clock of this host: the hold may be of another day.
      confirmed(fleet.run("resume", "--queue", "parcels"));
      awaitRunAfter(runs);
    }
  }

  @Test
  void besideOneThatIsRightItRefusesWhatItsClockForbidsAndSaysSo() {
    fleet.controller("right", "--queue", "letters=1");
    fleet.publishBeating("letters", "right", 600);
    fleet.publishBeating("parcels", "t", 600);
    fleet.awaitRunning("right", "t");

    for (var ahead : WrongClock.WRONG) {
      clock.set(ahead);
      int runs = runs();
      var killed = fleet.run("kill", "--all", "-y", "-m", "test", "--then", "respawn");

      if (killed.status() == 0) {
        assertThat(killed.out()).contains("CONFIRMED");
        awaitRunAfter(runs);
        var all = fleet.journal().runsOf("t");
        assertThat(all.get(all.size() - 2).overlaps(all.getLast()))
            .as("the run that was confirmed dead goes on, by a clock %s", ahead)
            .isFalse();
      } else {
        assertThat(killed.status()).as("%s%n%s", killed.out(), killed.err()).isEqualTo(3);
        assertThat(killed.out() + killed.err())
            .doesNotContain("CONFIRMED")
            .contains("wrong")
            .contains("set the clocks of both hosts right");
      }
      await("status and doctor say whose clock is wrong, by a clock " + ahead)
          .atMost(TestFleet.LONG)
          .untilAsserted(() -> {
            assertThat(fleet.run("status").out())
                .contains("2 live")
                .containsPattern("Clock +of wrong is")
                .doesNotContainPattern("Clock +of right is");
            var doctor = fleet.run("doctor");
            assertThat(doctor.out() + doctor.err()).contains("clock of wrong");
          });
    }
  }

  @Test
  void whatRunsAndWhatIsDueGoesOnWhenTheClockJumps() {
    clock.set(Duration.ZERO);
    fleet.publish("parcels", "long", 600, Map.of("x-timeout-ms", 3000));
    fleet.awaitRunning("long");

    clock.set(Duration.ofDays(-1));

    // The hard limit ends the run: its task is tried again, or is a dead letter.
    await("the limit of the run is over")
        .atMost(TestFleet.LONG)
        .until(() -> fleet.journal().runsOf("long").size() > 1 || isDead("long"));
    clock.set(Duration.ofDays(1));
    confirmed(fleet.run("kill", "--queue", "parcels", "-y", "-m", "test"));
    confirmed(fleet.run("resume", "--queue", "parcels"));
    fleet.publish("parcels", "short", 0.1);
    fleet.awaitEnded("short");
  }

  private boolean isDead(String task) {
    return fleet.observer().peekDead("parcels").stream()
        .anyMatch(letter -> task.equals(letter.getProps().getMessageId()));
  }

  private int runs() {
    return fleet.journal().runsOf("t").size();
  }

  private void awaitRunAfter(int runs) {
    await("run " + (runs + 1)).atMost(TestFleet.LONG).until(() -> runs() > runs);
  }

  private boolean isHeld() {
    var presence = fleet.presence("wrong");
    return presence != null && presence.queues().getFirst().held();
  }

  private static void confirmed(CommandResult result) {
    assertThat(result.succeeded().out()).contains("CONFIRMED");
  }
}
