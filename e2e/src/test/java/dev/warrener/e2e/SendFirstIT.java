package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.e2e.fixture.CommandResult;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.testbroker.FrameProxy;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A broker that takes the command's order and makes no queue for the answers, as the healthy nodes
 * of a cluster do while another one is frozen.
 */
class SendFirstIT {
  /** How long the order may take to its controllers. A busy machine adds to it. */
  private static final Duration SOON = Duration.ofSeconds(8);

  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  private final CountDownLatch healed = new CountDownLatch(1);
  private final Set<Integer> stuck = ConcurrentHashMap.newKeySet();
  private FrameProxy proxy;

  @BeforeEach
  void startFleet() {
    fleet.closing(healed::countDown);
    proxy = fleet.closing(new FrameProxy(fleet.vhost().uri()));
    fleet.controller("c1", "--queue", "mail=1", "--set", "lease=5m");
    fleet.publishBeating("mail", "one", 600);
    fleet.awaitRunning("one");
  }

  /** Has that many connections of the command wait for their first queue until the test ends. */
  private void withholdQueues(int connections) {
    withhold(connections, Set.of(FrameProxy.QUEUE_DECLARE_OK));
  }

  /** Has that many connections of the command wait for one of these answers until the test ends. */
  private void withhold(int connections, Set<Integer> methods) {
    proxy.gate(frame -> {
      boolean isHeld =
          methods.contains(frame.method())
              && (stuck.contains(frame.connection())
                  || (stuck.size() < connections && stuck.add(frame.connection())));
      if (isHeld) {
        healed.await();
      }
      return !isHeld;
    });
  }

  private CommandResult kill(String timeout) {
    return fleet.runAt(
        proxy.uri().toString(), "kill", "--all", "-y", "-m", "INC-42", "--timeout", timeout);
  }

  private void assertThatTheTaskDiedSoonAfter(long begun) {
    var run = fleet.journal().runsOf("one").getFirst();
    assertThat(Duration.ofNanos(run.last() - begun))
        .as("from the command to the death")
        .isLessThan(SOON);
  }

  @Test
  void killIsGivenAtOnceAndConfirmedWhenTheAnswersCanBeHeardAtLast() {
    // The first queue for the answers, and the first count.
    withholdQueues(2);
    long begun = System.nanoTime();

    var ran = kill("40s");

    assertThat(ran.status()).as("%s%n%s", ran.out(), ran.err()).isZero();
    assertThat(ran.out())
        .contains("CONFIRMED  kill ", "1 of 1 controller confirmed, 1 worker dead");
    assertThatTheTaskDiedSoonAfter(begun);
  }

  @Test
  void killWhoseAnswersNobodyHearsIsGivenAtOnceAndNotConfirmed() {
    withhold(Integer.MAX_VALUE, Set.of(FrameProxy.QUEUE_DECLARE_OK, FrameProxy.CONSUME_OK));
    long begun = System.nanoTime();

    var ran = kill("5s");

    assertThat(ran.status()).as("%s%n%s", ran.out(), ran.err()).isEqualTo(124);
    assertThat(ran.out()).contains("PARTIAL  kill ").doesNotContain("CONFIRMED");
    assertThat(ran.err())
        .contains("no report can be received yet")
        .contains("the broker has not answered when it was asked for the count")
        .contains("without the broker:  warrener kill --local --all --in-flight requeue");
    assertThatTheTaskDiedSoonAfter(begun);
    fleet.awaitWaiting("mail", 1);
  }

  @Test
  @NeedsRabbitMq("the embedded broker keeps no reports")
  void killForWhoseAnswersThereIsNoQueueIsFollowedInTheStreamOfReports() {
    withholdQueues(1);
    long begun = System.nanoTime();

    var ran = kill("40s");

    assertThat(ran.status()).as("%s%n%s", ran.out(), ran.err()).isZero();
    assertThat(ran.out()).contains("1 of 1 controller confirmed, 1 worker dead");
    assertThat(ran.err()).doesNotContain("no report can be received yet");
    assertThatTheTaskDiedSoonAfter(begun);
    fleet.awaitWaiting("mail", 1);
  }
}
