package dev.warrener.e2e.clock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.CommandProcess;
import dev.warrener.e2e.fixture.CommandResult;
import dev.warrener.e2e.fixture.ControllerProcess;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.e2e.fixture.WrongClock;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The clock of an operator is wrong. Whatever it says: an order is done, or it has failed with a
 * sentence about the clocks; and whatever anybody orders after that counts.
 */
class OperatorClockIT {
  /** How often a command may find nobody who answers in time. */
  private static final int ATTEMPTS = 10;

  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  private ControllerProcess controller;
  private WrongClock clock;
  private CommandProcess operator;

  @BeforeEach
  void startControllerAndOperator() {
    clock = WrongClock.ahead(fleet.folder(), "operator", Duration.ZERO);
    operator = fleet.commandsIn(clock.variables());
    controller = fleet.controller("c1", "--queue", "mail=1");
  }

  @Test
  void ordersAboutAQueueAreDoneAndThoseThatFollowCount() throws Exception {
    fleet.publishBeating("mail", "t", 600);
    awaitRunAfter(0);

    for (var ahead : WrongClock.WRONG) {
      clock.set(ahead);

      int runs = runs();
      confirm("kill", "--queue", "mail", "-y", "-m", "test");
      long killedAt = System.nanoTime();
      awaitHeld(true);
      fleet.run("resume", "--queue", "mail").succeeded();
      awaitRunAfter(runs);
      assertThat(fleet.journal().runsOf("t").get(runs() - 2).last())
          .as("the last sign of the run that was confirmed dead, by a clock %s", ahead)
          .isLessThan(killedAt);

      confirm("hold", "--queue", "mail", "-m", "test");
      awaitHeld(true);
      fleet.run("resume", "--queue", "mail").succeeded();
      awaitHeld(false);

      runs = runs();
      fleet.run("kill", "--queue", "mail", "-y", "-m", "test").succeeded();
      confirm("resume", "--queue", "mail");
      awaitRunAfter(runs);
    }
  }

  @Test
  void orderWithoutAQuestionIsDoneOrRefusedBecauseOfTheClocks() throws Exception {
    fleet.publishBeating("mail", "t", 600);
    awaitRunAfter(0);
    // Newer than what a clock that is behind says.
    fleet.run("resume", "--all").succeeded();

    for (var ahead : WrongClock.WRONG) {
      clock.set(ahead);
      int runs = runs();

      var killed = operator.run("kill", "--all", "-y", "-m", "test");

      long endedAt = System.nanoTime();
      if (killed.status() == 0) {
        assertThat(killed.out()).contains("CONFIRMED");
        awaitHeld(true);
        assertThat(fleet.journal().runsOf("t").getLast().last()).isLessThan(endedAt);
        fleet.run("resume", "--all").succeeded();
        awaitRunAfter(runs);
      } else {
        assertThat(killed.status()).as("%s%n%s", killed.out(), killed.err()).isEqualTo(3);
        assertThat(killed.out() + killed.err())
            .doesNotContain("CONFIRMED")
            .containsPattern("set the clocks of both hosts right|check the clocks of both hosts");
        if (killed.out().contains("is newer than this one")) {
          // The worker was killed, and the hold is not in force: that was said.
          awaitRunAfter(runs);
        }
      }
    }
  }

  @Test
  void statusAndDoctorSayHowWrongTheClockIs() throws Exception {
    for (var ahead : WrongClock.WRONG) {
      clock.set(ahead);

      assertThat(answered("status").out())
          .contains("1 live")
          .containsPattern(
              "Clock +of c1 is \\S+ "
                  + (ahead.isNegative() ? "ahead of" : "behind")
                  + " this one");
      var doctor = answered("doctor");
      assertThat(doctor.out() + doctor.err())
          .contains("clock of c1")
          .contains("set the clocks of both hosts right");
    }
    assertThat(answered("status", "-o", "json").out())
        .containsPattern("\"clocksAheadMillis\" ?: ?\\{");
  }

  @Test
  void timeoutOfACommandIsOverThoughItsClockIsSetBack() throws Exception {
    controller.freeze();

    var kill = operator.begin("kill", "--all", "-y", "--timeout", "2s", "-m", "test");
    await("the command waits for c1")
        .atMost(TestFleet.LONG)
        .until(() -> kill.text().contains("Kill "));
    clock.set(Duration.ofHours(-1));

    // The test's own limit is a minute: an hour would be too long.
    assertThat(kill.result().status()).isEqualTo(124);
    controller.thaw();
  }

  /** On a busy machine a question may have no answer in time, which is told. */
  private CommandResult answered(String... arguments) throws InterruptedException {
    var result = operator.run(arguments);
    for (int i = 0; i < ATTEMPTS && result.status() == 124; i++) {
      result = operator.run(arguments);
    }
    return result;
  }

  /**
   * Gives an order until it is confirmed. On a busy machine nobody may answer in time what the
   * order would mean; then it is issued by the wrong clock, and the refusal says so.
   */
  private void confirm(String... arguments) throws InterruptedException {
    var result = operator.run(arguments);
    for (int i = 0; i < ATTEMPTS && isUnasked(result); i++) {
      assertThat(result.out() + result.err()).doesNotContain("CONFIRMED").contains("clock");
      result = operator.run(arguments);
    }
    assertThat(result.succeeded().out()).contains("CONFIRMED");
  }

  private static boolean isUnasked(CommandResult result) {
    return result.status() != 0 && result.err().contains("No controller has answered");
  }

  private int runs() {
    return fleet.journal().runsOf("t").size();
  }

  private void awaitRunAfter(int runs) {
    await("run " + (runs + 1)).atMost(TestFleet.LONG).until(() -> runs() > runs);
  }

  private void awaitHeld(boolean held) {
    await("the queue is " + (held ? "held" : "free"))
        .atMost(TestFleet.LONG)
        .until(() -> {
          var presence = fleet.presence("c1");
          return presence != null && presence.queues().getFirst().held() == held;
        });
  }
}
