package dev.warrener.e2e.clock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.CommandResult;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.e2e.fixture.WrongClock;
import java.time.Duration;
import java.time.Instant;
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
  void startControllers() {
    clock = WrongClock.ahead(fleet.folder(), "wrong", Duration.ofHours(1));
    fleet.controllerIn(clock.variables(), "wrong", "--queue", "parcels=1");
  }

  @Test
  void ordersToItAloneAreDoneInItsTime() {
    fleet.publishBeating("parcels", "t", 600);
    int runs = 0;

    for (var ahead : WrongClock.WRONG) {
      set(ahead);
      awaitRuns(++runs);

      confirmed(fleet.run("kill", "--queue", "parcels", "-y", "-m", "test"));
      long killedAt = System.nanoTime();

      await("it is held").atMost(TestFleet.LONG).until(this::isHeld);
      assertThat(fleet.journal().runsOf("t").getLast().last()).isLessThan(killedAt);
      // Later by the clock of this host: the hold may be of another day.
      confirmed(fleet.run("resume", "--queue", "parcels"));
    }
  }

  @Test
  void besideOneThatIsRightItRefusesWhatItsClockForbidsAndSaysSo() {
    fleet.controller("right", "--queue", "letters=1");
    fleet.publishBeating("letters", "right", 600);
    fleet.publishBeating("parcels", "t", 600);
    fleet.awaitRunning("right", "t");
    int runs = 1;

    for (var ahead : WrongClock.WRONG) {
      set(ahead);
      var killed = fleet.run("kill", "--all", "-y", "-m", "test", "--then", "respawn");

      if (killed.status() == 0) {
        assertThat(killed.out()).contains("CONFIRMED");
        awaitRuns(++runs);
        var last = fleet.journal().runsOf("t");
        assertThat(last.get(runs - 2).overlaps(last.getLast()))
            .as("the run that was confirmed dead goes on, by a clock %s", ahead)
            .isFalse();
      } else {
        assertThat(killed.status()).as("%s%n%s", killed.out(), killed.err()).isEqualTo(3);
        assertThat(killed.out() + killed.err())
            .doesNotContain("CONFIRMED")
            .contains("wrong")
            .contains("set the clocks of both hosts right");
      }
      var status = fleet.run("status");
      assertThat(status.out()).contains("2 live").containsPattern("Clock +of wrong is");
      assertThat(status.out()).doesNotContainPattern("Clock +of right is");
      var doctor = fleet.run("doctor");
      assertThat(doctor.out() + doctor.err()).contains("clock of wrong");
    }
  }

  @Test
  void whatRunsAndWhatIsDueGoesOnWhenTheClockJumps() {
    set(Duration.ZERO);
    fleet.publish("parcels", "long", 600, Map.of("x-timeout-ms", 4000));
    fleet.awaitRunning("long");

    set(Duration.ofDays(-1));

    // The hard limit ends the run: its task is tried again, or is a dead letter.
    await("the limit of the run is over")
        .atMost(TestFleet.LONG)
        .until(() -> fleet.journal().runsOf("long").size() > 1 || isDead("long"));
    set(Duration.ofDays(1));
    confirmed(fleet.run("kill", "--queue", "parcels", "-y", "-m", "test"));
    confirmed(fleet.run("resume", "--queue", "parcels"));
    fleet.publish("parcels", "short", 0.1);
    fleet.awaitEnded("short");
  }

  private boolean isDead(String task) {
    return fleet.observer().peekDead("parcels").stream()
        .anyMatch(letter -> task.equals(letter.getProps().getMessageId()));
  }

  /** Sets the clock of the controller, and waits until its presence goes by it. */
  private void set(Duration ahead) {
    clock.set(ahead);
    await("the controller's clock is " + WrongClock.word(ahead))
        .atMost(TestFleet.LONG)
        .until(() -> {
          var presence = fleet.presence("wrong");
          return presence != null
              && Duration.between(Instant.now().plus(ahead), presence.at())
                      .abs()
                      .compareTo(Duration.ofSeconds(20))
                  < 0;
        });
  }

  private void awaitRuns(int count) {
    await("run " + count)
        .atMost(TestFleet.LONG)
        .until(() -> fleet.journal().runsOf("t").size() == count);
  }

  private boolean isHeld() {
    var presence = fleet.presence("wrong");
    return presence != null && presence.queues().getFirst().held();
  }

  private static void confirmed(CommandResult result) {
    assertThat(result.succeeded().out()).contains("CONFIRMED");
  }
}
