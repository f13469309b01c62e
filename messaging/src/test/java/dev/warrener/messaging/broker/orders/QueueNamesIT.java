package dev.warrener.messaging.broker.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.TestFleet;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The names of queues that the broker keeps. */
class QueueNamesIT {
  private TestFleet fleet;

  @BeforeEach
  void place() throws Exception {
    fleet = TestFleet.fresh();
  }

  @AfterEach
  void clear() {
    fleet.close();
  }

  @Test
  void namesAreKeptForEveryReaderAndEachOnlyOnce() throws Exception {
    try (var one = BrokerSession.open(fleet.access());
        var other = BrokerSession.open(fleet.access())) {
      one.recordQueues(List.of("mail", "thumbnails"));
      other.recordQueues(List.of("mail", "reports"));
      one.recordQueues(List.of("mail", "reports"));

      assertThat(one.queueNames()).containsExactly("mail", "reports", "thumbnails");
      assertThat(one.queueNames()).as("read again").hasSize(3);
      assertThat(other.queueNames()).as("by somebody else").hasSize(3);
    }
  }

  @Test
  void aHundredNamesAreAllRead() {
    var names = java.util.stream.IntStream.range(0, 100).mapToObj(i -> "queue-" + i).toList();
    try (var session = BrokerSession.open(fleet.access())) {
      session.recordQueues(names);

      assertThat(session.queueNames()).containsExactlyInAnyOrderElementsOf(names);
    }
  }

  @Test
  void whatIsNoNameOfAQueueIsLeftOut() throws Exception {
    try (var session = BrokerSession.open(fleet.access())) {
      session.recordQueues(List.of("mail"));
      publish("queue", "two words");
      publish("queue", "mail.dead");
      publish("other", "other");
      publish("queue", "reports");

      assertThat(session.queueNames()).containsExactly("mail", "reports");
    }
  }

  private void publish(String type, String name) throws Exception {
    var channel = fleet.channel();
    channel.confirmSelect();
    channel.basicPublish(
        fleet.namespace().registryExchange(),
        name,
        new BasicProperties.Builder().type(type).build(),
        new byte[0]);
    channel.waitForConfirmsOrDie(5_000);
    channel.abort();
  }

  @Test
  void brokerWithoutTheListIsNotOneWithoutQueues() {
    fleet.declare("mail");
    try (var session = BrokerSession.open(fleet.access())) {
      assertThatThrownBy(session::queueNames).isInstanceOf(NoSuchQueueException.class);
    }
  }

  @Test
  @NeedsRabbitMq(value = "the embedded broker has no users with rights", with = Capability.USERS)
  void userWithoutTheRightIsRefused() {
    fleet.declare("mail");
    try (var session = BrokerSession.open(fleet.access())) {
      session.recordQueues(List.of("mail"));
    }
    var stranger = fleet.vhost().createUser("stranger", "secret", "^$", "^$", "^$");

    try (var session = BrokerSession.open(fleet.access(stranger))) {
      assertThatThrownBy(session::queueNames).isInstanceOf(NotAllowedException.class);
      assertThatThrownBy(() -> session.recordQueues(List.of("mail")))
          .isInstanceOf(NotAllowedException.class);
    }
  }
}
