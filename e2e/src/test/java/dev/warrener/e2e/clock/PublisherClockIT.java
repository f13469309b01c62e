package dev.warrener.e2e.clock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.CommandProcess;
import dev.warrener.e2e.fixture.CommandResult;
import dev.warrener.e2e.fixture.ControllerProcess;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.e2e.fixture.WrongClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The clock of a publisher is wrong, and jumps while it runs. Its tasks, which never wait, neither
 * expire nor come late, and the controller says whose clock is wrong.
 */
class PublisherClockIT {
  private static final Duration DELAY = Duration.ofSeconds(3);

  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  private ControllerProcess controller;
  private WrongClock clock;
  private CommandProcess publisher;

  @BeforeEach
  void startControllerAndPublisher() {
    clock = WrongClock.ahead(fleet.folder(), "publisher", Duration.ofDays(-1));
    publisher = fleet.commandsIn(clock.variables());
    controller = fleet.controller("c1", "--queue", "mail=1", "--set", "queue.mail.look-ahead=50");
  }

  @Test
  void tasksStartInTime() throws Exception {
    // A task says how late its publisher's clock is only where no task waits, which a controller
    // knows of a queue after some seconds.
    await("the controller knows that nothing waits in the queue")
        .atMost(TestFleet.LONG)
        .pollInterval(Duration.ofMillis(1500))
        .until(() -> publishAndWait().status() == 0);
    int expired = fleet.observer().peekDead("mail").size();
    var input = fleet.journal().input(0);
    Map<String, Long> publishedAt = new HashMap<>();

    for (var ahead : WrongClock.WRONG) {
      clock.set(ahead);
      var word = WrongClock.word(ahead);
      var delayed = "delayed-" + word;
      publishedAt.put(delayed, System.nanoTime());
      publisher
          .run(
              "publish", "mail", "journal", input, "--id", delayed, "--delay",
              DELAY.toSeconds() + "s")
          .succeeded();
      // The command waits for the result: the controller reckons when the task expires.
      var asked = publishAndWait();
      assertThat(asked.status()).as("%s: %s%n%s", word, asked.out(), asked.err()).isZero();
      // Nobody waits for this one: the broker reckons.
      var expiring = "expiring-" + word;
      publisher
          .run("publish", "mail", "journal", input, "--id", expiring, "--ttl", "30s")
          .succeeded();
      fleet.awaitEnded(expiring);
    }

    publishedAt.forEach((delayed, at) -> {
      fleet.awaitEnded(delayed);
      assertThat(Duration.ofNanos(fleet.journal().runsOf(delayed).getFirst().start() - at))
          .as("the delay of task %s", delayed)
          .isBetween(DELAY, TestFleet.LONG);
    });
    assertThat(fleet.observer().peekDead("mail")).hasSize(expired);
    assertThat(controller.text()).contains("the clock of the publisher of task");
  }

  private CommandResult publishAndWait() throws InterruptedException {
    return publisher.run(
        "publish", "mail", "echo", "1", "--wait", "--ttl", "30s", "--timeout", "40s");
  }

  @Test
  void tasksOfAPublisherThatIsRightExpireInTime() {
    fleet.run("hold", "--queue", "mail").succeeded();
    fleet.run("publish", "mail", "echo", "1", "--id", "late", "--ttl", "1s").succeeded();

    await("it is a dead letter")
        .atMost(TestFleet.LONG)
        .until(() -> !fleet.observer().peekDead("mail").isEmpty());
  }
}
