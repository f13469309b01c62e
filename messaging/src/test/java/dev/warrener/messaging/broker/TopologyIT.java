package dev.warrener.messaging.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.publishing.ConfirmedPublisher;
import dev.warrener.messaging.broker.publishing.PublishOutcome;
import dev.warrener.messaging.broker.publishing.PublisherSettings;
import dev.warrener.messaging.task.DeadReason;
import dev.warrener.messaging.task.Task;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TopologyIT {
  private TestFleet fleet;

  @BeforeEach
  void place() throws Exception {
    fleet = TestFleet.fresh();
  }

  @AfterEach
  void clear() throws Exception {
    fleet.close();
  }

  @Test
  void newFleetIsCreatedAndTheSecondTimeFound() {
    try (var session = BrokerSession.open(fleet.access())) {
      assertThat(session.topology().declareFleet()).isEqualTo(new DeclaredTopology(true, false));
      assertThat(session.topology().declareFleet()).isEqualTo(new DeclaredTopology(false, false));
    }
  }

  @Test
  void pulledTripwireIsNotMadeAgainByDeclaringTheFleet() throws Exception {
    fleet.declare();
    fleet.channel().queueDelete(fleet.namespace().armedQueue());

    try (var session = BrokerSession.open(fleet.access())) {
      assertThat(session.topology().declareFleet()).isEqualTo(new DeclaredTopology(false, true));
      assertThat(session.probe().armed()).isFalse();

      session.topology().declareTripwire();

      assertThat(session.topology().declareFleet()).isEqualTo(new DeclaredTopology(false, false));
      assertThat(session.probe().armed()).isTrue();
    }
  }

  @Test
  void queueIsReachedThroughTheTasksExchangeByItsName() throws Exception {
    fleet.declare("mail");

    publish("mail", "a task");
    publish("mail.dead", "a dead letter");
    publish("mail.retry.600", "a retry");

    await()
        .atMost(TestFleet.PATIENCE)
        .untilAsserted(() -> {
          assertThat(fleet.messages(fleet.namespace().taskQueue("mail"))).isEqualTo(1);
          assertThat(fleet.messages(fleet.namespace().deadQueue("mail"))).isEqualTo(1);
          assertThat(fleet.messages(fleet.namespace().retryQueue("mail", 600))).isEqualTo(1);
        });
  }

  @Test
  void retryQueueGivesTheTaskBackAfterItsTime() throws Exception {
    fleet.declare("mail");

    publish("mail.retry.1", "a retry");

    await()
        .atMost(TestFleet.PATIENCE)
        .untilAsserted(
            () -> assertThat(fleet.messages(fleet.namespace().taskQueue("mail"))).isEqualTo(1));
    assertThat(fleet.messages(fleet.namespace().retryQueue("mail", 1))).isZero();
  }

  @Test
  void taskThatExpiresIsADeadLetterThatSaysSo() throws Exception {
    fleet.declare("mail");
    var publisher =
        fleet.closing(
            new ConfirmedPublisher(
                fleet.access(), PublisherSettings.DEFAULT, new ConfirmedPublisher.Listener() {}));
    publisher.start();
    var task = Task.to("mail", "send").expiration(Duration.ofMillis(200)).build();

    assertThat(publisher.publish(task).get()).isEqualTo(new PublishOutcome.Confirmed());

    await()
        .atMost(TestFleet.PATIENCE)
        .untilAsserted(
            () -> assertThat(fleet.messages(fleet.namespace().deadQueue("mail"))).isEqualTo(1));
    try (var session = BrokerSession.open(fleet.access())) {
      var letter = session.deadLetters().list("mail", 10).get(0);
      assertThat(letter.mark().reason()).isEqualTo(DeadReason.EXPIRED);
      assertThat(letter.message().id()).isEqualTo(task.id());
    }
  }

  @Test
  void settingsOfAQueueReachTheBroker() throws Exception {
    try (var session = BrokerSession.open(fleet.access())) {
      session.topology().declareFleet();
      session.topology().declareQueue("small", new QueueSettings(2L, 9, Duration.ofDays(30)));
    }
    var publisher =
        fleet.closing(
            new ConfirmedPublisher(
                fleet.access(), PublisherSettings.DEFAULT, new ConfirmedPublisher.Listener() {}));
    publisher.start();

    // RabbitMQ looks at the length after it has taken one: a full queue refuses only then.
    PublishOutcome last = new PublishOutcome.Confirmed();
    for (int i = 0; i < 10 && last instanceof PublishOutcome.Confirmed; i++) {
      last = publisher.publish(Task.to("small", "send").build()).get();
    }

    assertThat(last).isInstanceOf(PublishOutcome.Refused.class);
  }

  @Test
  void nameThatBelongsToAQueuesOwnQueuesIsRefused() {
    try (var session = BrokerSession.open(fleet.access())) {
      assertThatThrownBy(() -> session.topology().declareQueue("mail.dead", QueueSettings.DEFAULT))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void queueWithSettingsThatAnOperatorChoseIsServed() throws Exception {
    fleet.declare();
    try (var session = BrokerSession.open(fleet.access())) {
      session.topology().declareQueue("mail", new QueueSettings(10L, null, Duration.ofMinutes(10)));

      session.topology().declareServedQueue("mail", QueueSettings.DEFAULT);
      session.topology().declareServedQueue("other", QueueSettings.DEFAULT);
      // It was made as wanted.
      session.topology().declareQueue("other", QueueSettings.DEFAULT);
    }
  }

  @Test
  @NeedsRabbitMq("the embedded broker doesn't compare the arguments of a queue")
  void queueThatLosesTasksIsNotServedWhateverAnOperatorChose() throws Exception {
    fleet.declare();
    var queue = fleet.namespace().taskQueue("mail");
    fleet
        .channel()
        .queueDeclare(
            queue, true, false, false, Map.of("x-queue-type", "quorum", "x-max-length", 10));

    try (var session = BrokerSession.open(fleet.access())) {
      assertThatThrownBy(() -> session.topology().declareServedQueue("mail", QueueSettings.DEFAULT))
          .isInstanceOf(TopologyMismatchException.class)
          .hasMessageContaining("queue " + queue + " exists with x-");
    }
  }

  @Test
  @NeedsRabbitMq("the embedded broker doesn't compare the arguments of a queue")
  void queueWithOtherArgumentsIsExplained() throws Exception {
    fleet.declare();
    var queue = fleet.namespace().taskQueue("mail");
    fleet.channel().queueDeclare(queue, true, false, false, Map.of("x-queue-type", "classic"));

    try (var session = BrokerSession.open(fleet.access())) {
      assertThatThrownBy(() -> session.topology().declareQueue("mail", QueueSettings.DEFAULT))
          .isInstanceOf(TopologyMismatchException.class)
          .hasMessageContaining("queue " + queue + " exists with x-")
          .hasMessageContaining("where Warrener wants")
          .hasMessageContaining("use another namespace");
    }
  }

  @Test
  @NeedsRabbitMq("the embedded broker takes another type of exchange for the end of a connection")
  void exchangeOfAnotherTypeIsExplained() throws Exception {
    fleet.channel().exchangeDeclare(fleet.namespace().reportsExchange(), "direct", true);

    try (var session = BrokerSession.open(fleet.access())) {
      assertThatThrownBy(() -> session.topology().declareFleet())
          .isInstanceOf(TopologyMismatchException.class)
          .hasMessageContaining(
              "exchange "
                  + fleet.namespace().reportsExchange()
                  + " exists with type direct where Warrener wants topic");
    }
  }

  @Test
  @NeedsRabbitMq(value = "the embedded broker has one user", with = Capability.USERS)
  void userWithoutTheRightToDeclareTakesWhatIsThere() {
    fleet.declare("mail");
    var user = fleet.vhost().createUser("reader", "secret", "^$", ".*", ".*");

    try (var session = BrokerSession.open(fleet.access(user))) {
      assertThat(session.topology().declareFleet()).isEqualTo(new DeclaredTopology(false, false));
      session.topology().declareQueue("mail", QueueSettings.DEFAULT);
      assertThat(session.probe().queue("mail").waiting()).isZero();
    }
  }

  @Test
  @NeedsRabbitMq(value = "the embedded broker has one user", with = Capability.USERS)
  void userWithoutTheRightToDeclareIsToldWhatIsMissing() {
    fleet.declare();
    var user = fleet.vhost().createUser("reader", "secret", "^$", ".*", ".*");

    try (var session = BrokerSession.open(fleet.access(user))) {
      assertThatThrownBy(() -> session.topology().declareQueue("mail", QueueSettings.DEFAULT))
          .isInstanceOf(NotAllowedException.class)
          .hasMessageContaining("user reader may not have the queue")
          .hasMessageContaining("mail");
    }
  }

  private void publish(String key, String body) throws Exception {
    var properties = new BasicProperties.Builder().messageId(key).deliveryMode(2).build();
    fleet
        .channel()
        .basicPublish(
            fleet.namespace().tasksExchange(),
            key,
            true,
            properties,
            body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }
}
