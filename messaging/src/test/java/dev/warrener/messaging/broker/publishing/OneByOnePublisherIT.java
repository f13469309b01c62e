package dev.warrener.messaging.broker.publishing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.broker.TestFleet;
import dev.warrener.messaging.broker.publishing.OneByOnePublisher.Answer;
import dev.warrener.testbroker.FrameProxy;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each message has its own answer, also when answers are late. */
class OneByOnePublisherIT {
  /** Twice as long as a confirmation after a return was once waited for. */
  private static final long LATE_MILLIS = 400;

  private static final String FULL = "full";

  private TestFleet fleet;
  private FrameProxy proxy;

  @BeforeEach
  void place() throws Exception {
    fleet = TestFleet.fresh();
    fleet.declare("mail");
    proxy = fleet.closing(new FrameProxy(fleet.vhost().uri()));
  }

  @AfterEach
  void clear() {
    fleet.close();
  }

  @Test
  @NeedsRabbitMq("the embedded broker refuses what it returns")
  void lateConfirmationOfAReturnedMessageIsNotTheNextOnes() throws Exception {
    makeFullQueue();
    holdConfirmationAfterTheSecondReturn();

    try (var publisher = new OneByOnePublisher(fleet.access(proxy.uri()))) {
      assertThat(publish(publisher, "nowhere")).isEqualTo(Answer.UNROUTABLE);
      assertThat(publish(publisher, FULL)).isEqualTo(Answer.REFUSED);
      assertThat(publish(publisher, "mail")).isEqualTo(Answer.CONFIRMED);
      assertThat(publish(publisher, "nowhere")).isEqualTo(Answer.UNROUTABLE);
      assertThat(publish(publisher, FULL)).isEqualTo(Answer.REFUSED);
    }
    assertThat(fleet.messages(fleet.namespace().taskQueue("mail"))).isEqualTo(1);
  }

  @Test
  void eachMessageHasItsAnswer() throws Exception {
    try (var publisher = new OneByOnePublisher(fleet.access())) {
      for (int i = 0; i < 3; i++) {
        assertThat(publish(publisher, "nowhere")).isEqualTo(Answer.UNROUTABLE);
        assertThat(publish(publisher, "mail")).isEqualTo(Answer.CONFIRMED);
      }
    }
    assertThat(fleet.messages(fleet.namespace().taskQueue("mail"))).isEqualTo(3);
  }

  /** Makes a queue that has no room. */
  private void makeFullQueue() throws Exception {
    var channel = fleet.channel();
    channel.queueDeclare(
        FULL, false, true, false, Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
    channel.queueBind(FULL, fleet.namespace().tasksExchange(), FULL);
    channel.confirmSelect();
    channel.basicPublish("", FULL, null, new byte[0]);
    channel.waitForConfirmsOrDie(TestFleet.PATIENCE.toMillis());
  }

  /** The first return is that of the probe. */
  private void holdConfirmationAfterTheSecondReturn() {
    var returns = new AtomicInteger();
    var held = new AtomicBoolean();
    proxy.gate(frame -> {
      if (frame.method() == FrameProxy.RETURN) {
        returns.incrementAndGet();
      } else if (frame.method() == FrameProxy.ACK
          && returns.get() == 2
          && held.compareAndSet(false, true)) {
        Thread.sleep(LATE_MILLIS);
      }
      return true;
    });
  }

  private Answer publish(OneByOnePublisher publisher, String key) {
    return publisher.publish(
        "a message",
        fleet.namespace().tasksExchange(),
        key,
        Message.json("{}".getBytes(StandardCharsets.UTF_8)),
        TestFleet.PATIENCE);
  }
}
