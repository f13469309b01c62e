package dev.warrener.e2e.clock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.CommandResult;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.e2e.fixture.WrongClock;
import dev.warrener.messaging.report.Presence;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The clock of an operator is wrong. What this operator orders is done, or is refused with a
 * sentence about the clocks; and whatever anybody orders after that counts.
 */
class OperatorClockIT {
  /** How often a command may find nobody who answers in time. */
  private static final int ATTEMPTS = 10;

  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  @Test
  void ordersAboutAQueueAreDoneAndThoseThatFollowCount() throws Exception {
    var arguments = new ArrayList<String>();
    for (var ahead : WrongClock.WRONG) {
      arguments.add("--queue");
      arguments.add(WrongClock.word(ahead) + "=1");
    }
    fleet.controller("c1", arguments.toArray(String[]::new));
    for (var ahead : WrongClock.WRONG) {
      fleet.publishBeating(WrongClock.word(ahead), task(ahead), 600);
    }
    fleet.awaitRunning(WrongClock.WRONG.size());

    SideBySide.run(WrongClock.WRONG, this::order);
  }

  private void order(Duration ahead) throws InterruptedException {
    var queue = WrongClock.word(ahead);
    var clock = WrongClock.ahead(fleet.folder(), queue, ahead);

    confirm(clock, "kill", "--queue", queue, "-y", "-m", "test");
    long killedAt = System.nanoTime();
    await(queue + " is held").atMost(TestFleet.LONG).until(() -> isHeld(queue));

    fleet.run("resume", "--queue", queue).succeeded();
    awaitRuns(ahead, 2);
    assertThat(fleet.journal().runsOf(task(ahead)).getFirst().last())
        .as("the last sign of the run that was confirmed dead, by a clock %s", queue)
        .isLessThan(killedAt);

    confirm(clock, "hold", "--queue", queue, "-m", "test");
    await(queue + " is held").atMost(TestFleet.LONG).until(() -> isHeld(queue));
    fleet.run("resume", "--queue", queue).succeeded();
    await(queue + " is resumed").atMost(TestFleet.LONG).until(() -> !isHeld(queue));

    fleet.run("kill", "--queue", queue, "-y", "-m", "test").succeeded();
    confirm(clock, "resume", "--queue", queue);
    awaitRuns(ahead, 3);
  }

  @Test
  void orderWithoutAQuestionIsDoneOrRefusedBecauseOfTheClocks() throws Exception {
    fleet.controller("c1", "--queue", "mail=1");
    fleet.publishBeating("mail", "t", 600);
    int runs = 1;

    for (var ahead : WrongClock.WRONG) {
      int before = runs;
      await("run " + before)
          .atMost(TestFleet.LONG)
          .until(() -> fleet.journal().runsOf("t").size() == before);
      var clock = WrongClock.ahead(fleet.folder(), WrongClock.word(ahead), ahead);

      var killed = run(clock, "kill", "--all", "-y", "-m", "test");

      long endedAt = System.nanoTime();
      if (killed.status() == 0) {
        assertThat(killed.out()).contains("CONFIRMED");
        await("c1 is held").atMost(TestFleet.LONG).until(() -> isHeld("mail"));
        assertThat(fleet.journal().runsOf("t").getLast().last()).isLessThan(endedAt);
        fleet.run("resume", "--all").succeeded();
        runs++;
      } else {
        assertThat(killed.status()).as("%s%n%s", killed.out(), killed.err()).isEqualTo(3);
        assertThat(killed.out() + killed.err())
            .doesNotContain("CONFIRMED")
            .containsPattern("set the clocks of both hosts right|check the clocks of both hosts");
        if (killed.out().contains("is newer than this one")) {
          // The worker was killed, and the hold is not in force: that was said.
          runs++;
        }
      }
    }
  }

  @Test
  void statusAndDoctorSayHowWrongTheClockIs() throws Exception {
    fleet.controller("c1", "--queue", "mail=1");

    SideBySide.run(WrongClock.WRONG, this::look);
  }

  private void look(Duration ahead) throws InterruptedException {
    var clock = WrongClock.ahead(fleet.folder(), WrongClock.word(ahead), ahead);

    var status = answered(clock, "status");
    assertThat(status.out())
        .contains("1 live")
        .containsPattern(
            "Clock +of c1 is \\S+ " + (ahead.isNegative() ? "ahead of" : "behind") + " this one");
    var doctor = answered(clock, "doctor");
    assertThat(doctor.out() + doctor.err())
        .contains("clock of c1")
        .contains("set the clocks of both hosts right");
    if (ahead.equals(WrongClock.WRONG.getFirst())) {
      assertThat(answered(clock, "status", "-o", "json").out())
          .containsPattern("\"clocksAheadMillis\" ?: ?\\{");
    }
  }

  /** On a busy machine a question may have no answer in time, which is told. */
  private CommandResult answered(WrongClock clock, String... arguments)
      throws InterruptedException {
    var result = run(clock, arguments);
    for (int i = 0; i < ATTEMPTS && result.status() == 124; i++) {
      result = run(clock, arguments);
    }
    return result;
  }

  @Test
  void timeoutOfACommandIsOverThoughItsClockIsSetBack() throws Exception {
    var frozen = fleet.controller("c1", "--queue", "mail=1");
    fleet.publishBeating("mail", "t", 600);
    fleet.awaitRunning("t");
    var clock = WrongClock.ahead(fleet.folder(), "command", Duration.ZERO);
    frozen.freeze();

    var command =
        fleet.startCommand(clock.variables(), "kill", "--all", "-y", "--timeout", "3s", "-m", "x");
    await("the command waits for c1")
        .atMost(TestFleet.LONG)
        .until(() -> command.text().contains("Kill "));
    clock.set(Duration.ofHours(-1));

    // The test's own limit is a minute: an hour would be too long.
    assertThat(command.result().status()).isEqualTo(124);
    frozen.thaw();
  }

  private CommandResult run(WrongClock clock, String... arguments) throws InterruptedException {
    return fleet.startCommand(clock.variables(), arguments).result();
  }

  /**
   * Gives an order until it is confirmed. On a busy machine nobody may answer in time what the
   * order would mean; then it is issued by the wrong clock, and the refusal says so.
   */
  private void confirm(WrongClock clock, String... arguments) throws InterruptedException {
    var result = run(clock, arguments);
    for (int i = 0; i < ATTEMPTS && isUnasked(result); i++) {
      assertThat(result.out() + result.err()).doesNotContain("CONFIRMED").contains("clock");
      result = run(clock, arguments);
    }
    assertThat(result.succeeded().out()).contains("CONFIRMED");
  }

  private static boolean isUnasked(CommandResult result) {
    return result.status() != 0 && result.err().contains("No controller has answered");
  }

  private static String task(Duration ahead) {
    return "t-" + WrongClock.word(ahead);
  }

  private void awaitRuns(Duration ahead, int count) {
    await(task(ahead) + " has started " + count + " times")
        .atMost(TestFleet.LONG)
        .until(() -> fleet.journal().runsOf(task(ahead)).size() == count);
  }

  private boolean isHeld(String queue) {
    Presence presence = fleet.presence("c1");
    return presence != null
        && presence.queues().stream().anyMatch(one -> one.name().equals(queue) && one.held());
  }
}
