package dev.warrener.e2e.clock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.ControllerProcess;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.e2e.fixture.WrongClock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The clock of a publisher is wrong. Its tasks, which never wait, neither expire nor come late, and
 * the controller says whose clock is wrong.
 */
class PublisherClockIT {
  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  private ControllerProcess controller;

  @BeforeEach
  void startController() throws InterruptedException {
    controller =
        fleet.controller("c1", "--queue", "mail=1", "--set", "queue.mail.look-ahead=50");
    fleet.publish("mail", "first", 0);
    fleet.awaitEnded("first");
    // Commands take a second: by then the controller knows that nothing waits in the queue.
    for (int i = 0; i < 3; i++) {
      fleet.startCommand(Map.of(), "-V").result().succeeded();
    }
  }

  @Test
  void tasksStartInTime() throws Exception {
    SideBySide.run(WrongClock.WRONG, this::publish);

    assertThat(fleet.observer().peekDead("mail")).isEmpty();
    assertThat(controller.text()).contains("the clock of the publisher of task");
  }

  private void publish(Duration ahead) throws InterruptedException {
    var word = WrongClock.word(ahead);
    var clock = WrongClock.ahead(fleet.folder(), word, ahead);

    // The command waits for the result: the controller reckons when the task expires.
    var asked =
        fleet
            .startCommand(
                clock.variables(),
                "publish", "mail", "echo", "1", "--wait", "--ttl", "30s", "--timeout", "40s")
            .result();
    assertThat(asked.status()).as("%s: %s%n%s", word, asked.out(), asked.err()).isZero();

    // Nobody waits for this one: the broker reckons.
    var expiring = "expiring-" + word;
    var input = fleet.journal().input(0);
    run(clock, "publish", "mail", "journal", input, "--id", expiring, "--ttl", "30s");
    fleet.awaitEnded(expiring);

    var delayed = "delayed-" + word;
    long publishedAt = System.nanoTime();
    run(clock, "publish", "mail", "journal", input, "--id", delayed, "--delay", "6s");
    fleet.awaitEnded(delayed);
    var start = fleet.journal().runsOf(delayed).getFirst().start();
    assertThat(Duration.ofNanos(start - publishedAt))
        .as("the delay of the task of a clock %s", word)
        .isBetween(Duration.ofSeconds(6), Duration.ofSeconds(30));
  }

  @Test
  void tasksOfAPublisherThatIsRightExpireInTime() {
    fleet.run("hold", "--queue", "mail").succeeded();
    fleet.run("publish", "mail", "echo", "1", "--id", "late", "--ttl", "1s").succeeded();

    await("it is a dead letter")
        .atMost(TestFleet.LONG)
        .until(() -> !fleet.observer().peekDead("mail").isEmpty());
  }

  private void run(WrongClock clock, String... arguments) throws InterruptedException {
    fleet.startCommand(clock.variables(), arguments).result().succeeded();
  }
}
