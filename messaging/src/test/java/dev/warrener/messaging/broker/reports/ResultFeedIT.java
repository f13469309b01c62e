package dev.warrener.messaging.broker.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.warrener.messaging.broker.LinkSettings;
import dev.warrener.messaging.broker.TestFleet;
import dev.warrener.messaging.broker.publishing.PublishOutcome;
import dev.warrener.messaging.broker.tasks.RecordingIntake;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.testbroker.FrameProxy;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.TestBroker;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Results outlive the connection of whoever waits for them. */
@NeedsRabbitMq("the embedded broker's reply queues end with their connection")
class ResultFeedIT {
  private static final LinkSettings QUICK =
      LinkSettings.DEFAULT.withLostAfter(Duration.ofSeconds(2));

  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private final CountDownLatch never = new CountDownLatch(1);
  private TestFleet fleet;
  private FrameProxy proxy;
  private Reporter reporter;
  private ResultFeed feed;

  @BeforeEach
  void listen() throws Exception {
    fleet = TestFleet.on(TestBroker.get(), QUICK);
    fleet.declare("mail");
    proxy = fleet.closing(new FrameProxy(fleet.vhost().uri()));
    reporter = fleet.reporter();
    feed =
        fleet.closing(
            new ResultFeed(
                fleet.access(proxy.uri()), (result, correlation) -> heard.add(result.task())));
    feed.start();
    feed.awaitUp(TestFleet.PATIENCE);
  }

  @AfterEach
  void clear() {
    never.countDown();
    fleet.close();
  }

  @Test
  void resultThatIsOnItsWayWhenTheNetworkDiesComesOverTheNextConnection() throws Exception {
    var onItsWay = new CountDownLatch(1);
    proxy.gate(frame -> {
      if (frame.connection() == 1 && frame.method() == FrameProxy.DELIVER) {
        onItsWay.countDown();
        never.await();
      }
      return true;
    });

    var outcome = reporter.result(result("one"), feed.replyQueue(), "c-1");

    assertThat(outcome.get()).isEqualTo(new PublishOutcome.Confirmed());
    assertThat(onItsWay.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(RecordingIntake.next(heard)).isEqualTo("one");
  }

  @Test
  void queueIsGoneWhenItsOwnerHasClosedAndHoldsNothingThatWasReceived() throws Exception {
    reporter.result(result("one"), feed.replyQueue(), "c-1").get();
    assertThat(RecordingIntake.next(heard)).isEqualTo("one");
    assertThat(fleet.messages(feed.replyQueue())).isZero();

    feed.close();

    await()
        .atMost(TestFleet.PATIENCE)
        .untilAsserted(
            () -> assertThatThrownBy(() -> fleet.messages(feed.replyQueue())).isNotNull());
    assertThat(heard).isEmpty();
  }

  private static ResultMessage result(String task) {
    var now = Instant.now();
    return ResultMessage.builder(task, Outcome.SUCCEEDED)
        .queue("mail")
        .startedAt(now)
        .finishedAt(now)
        .controller("web-1")
        .worker("web-1/1")
        .build();
  }
}
