package dev.warrener.messaging.broker.publishing;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.broker.LinkSettings;
import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.broker.TestFleet;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Task;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConfirmedPublisherIT {
  private static final PublishOutcome CONFIRMED = new PublishOutcome.Confirmed();

  private TestFleet fleet;
  private ConfirmedPublisher publisher;

  @BeforeEach
  void connect() throws Exception {
    fleet = TestFleet.fresh();
    fleet.declare("mail");
    publisher = start(PublisherSettings.DEFAULT);
    publisher.awaitUp(TestFleet.PATIENCE);
  }

  @AfterEach
  void clear() {
    fleet.close();
  }

  @Test
  void taskIsConfirmedWhenItIsInItsQueue() throws Exception {
    assertThat(publisher.publish(Task.to("mail", "send").build()).get()).isEqualTo(CONFIRMED);

    assertThat(fleet.messages(fleet.namespace().taskQueue("mail"))).isEqualTo(1);
  }

  @Test
  void publishingStampsTheTime() throws Exception {
    publisher.publish(Task.to("mail", "send").build()).get();

    var response = fleet.channel().basicGet(fleet.namespace().taskQueue("mail"), true);

    assertThat(response.getProps().getTimestamp()).isNotNull();
  }

  @Test
  void taskForAnUnknownQueueIsUnroutable() throws Exception {
    assertThat(publisher.publish(Task.to("nowhere", "send").build()).get())
        .isEqualTo(new PublishOutcome.Unroutable(fleet.namespace().tasksExchange(), "nowhere"));
  }

  @Test
  void eachOfManyHasItsOwnOutcome() throws Exception {
    var outcomes = new ArrayList<CompletableFuture<PublishOutcome>>();
    for (int i = 0; i < 900; i++) {
      outcomes.add(publisher.publish(Task.to(i % 3 == 0 ? "nowhere" : "mail", "send").build()));
    }

    for (int i = 0; i < outcomes.size(); i++) {
      assertThat(outcomes.get(i).get())
          .as("message %d", i)
          .isInstanceOf(
              i % 3 == 0 ? PublishOutcome.Unroutable.class : PublishOutcome.Confirmed.class);
    }
    assertThat(publisher.flush(TestFleet.PATIENCE)).isTrue();
    assertThat(publisher.outstanding()).isZero();
    assertThat(fleet.messages(fleet.namespace().taskQueue("mail"))).isEqualTo(600);
  }

  @Test
  void messageForAnUnknownExchangeIsRefusedAndTheOthersAreNot() throws Exception {
    var before = publishMail(50);
    var wrong = publisher.publish(fleet.namespace().name() + ".nowhere", "mail", message("wrong"));
    var after = publishMail(50);

    assertThat(wrong.get())
        .isInstanceOfSatisfying(
            PublishOutcome.Refused.class,
            refused -> assertThat(refused.because()).contains("does not exist"));
    for (var outcome : List.of(before, after)) {
      for (var each : outcome) {
        assertThat(each.get()).isEqualTo(CONFIRMED);
      }
    }
  }

  @Test
  void messageThatFitsInNoFrameIsRefusedAndTheOthersAreNot() throws Exception {
    var properties =
        new BasicProperties.Builder()
            .messageId("huge")
            .headers(Map.of("huge", "x".repeat(400_000)))
            .build();
    var before = publishMail(20);
    var huge =
        publisher.publish(
            fleet.namespace().tasksExchange(), "mail", new Message(properties, Body.of("{}")));
    var after = publishMail(20);

    assertThat(huge.get()).isInstanceOf(PublishOutcome.Unpublishable.class);
    for (var outcome : List.of(before, after)) {
      for (var each : outcome) {
        assertThat(each.get()).isEqualTo(CONFIRMED);
      }
    }
  }

  @Test
  @NeedsRabbitMq("the embedded broker takes messages of any size")
  void messageAboveTheBrokersLimitIsRefusedAndTheOthersAreNot() throws Exception {
    var before = publishMail(20);
    // The limit is 16 MiB from RabbitMQ 4.0 on and 128 MiB before.
    var huge =
        publisher.publish(
            fleet.namespace().tasksExchange(),
            "mail",
            new Message(
                new BasicProperties.Builder().messageId("huge").build(),
                Body.of(new byte[(128 << 20) + 1])));
    var after = publishMail(20);

    assertThat(huge.get())
        .isInstanceOfSatisfying(
            PublishOutcome.Unpublishable.class,
            refused ->
                assertThat(refused.because())
                    .contains("a message of 134217729 bytes")
                    .contains("larger than"));
    for (var outcome : List.of(before, after)) {
      for (var each : outcome) {
        assertThat(each.get()).isEqualTo(CONFIRMED);
      }
    }
  }

  @Test
  @NeedsRabbitMq("the embedded broker doesn't check the user of a message")
  void messageWithAForgedUserIsRefused() throws Exception {
    var properties = new BasicProperties.Builder().messageId("forged").userId("somebody").build();

    var outcome =
        publisher.publish(
            fleet.namespace().tasksExchange(), "mail", new Message(properties, Body.of("{}")));

    assertThat(outcome.get()).isInstanceOf(PublishOutcome.Unpublishable.class);
    assertThat(publishMail(1).get(0).get()).isEqualTo(CONFIRMED);
  }

  @Test
  @NeedsRabbitMq(value = "the embedded broker has one user", with = Capability.USERS)
  void userWithoutTheRightIsToldSo() throws Exception {
    var user = fleet.vhost().createUser("reader", "secret", "^$", "^$", ".*");
    var weak =
        fleet.closing(
            new ConfirmedPublisher(
                fleet.access(user),
                PublisherSettings.DEFAULT,
                new ConfirmedPublisher.Listener() {}));
    weak.start();

    assertThat(weak.publish(Task.to("mail", "send").build()).get())
        .isInstanceOfSatisfying(
            PublishOutcome.Refused.class,
            refused -> assertThat(refused.because()).contains("user reader may not"));
  }

  @Test
  void fullWindowRefusesAfterTheTime() throws Exception {
    var nobody =
        new BrokerAccess(
            new BrokerAddress("127.0.0.1", 1, "/", "guest", "guest", false),
            fleet.namespace(),
            "test",
            LinkSettings.DEFAULT);
    var settings = new PublisherSettings(2, 1 << 20, Duration.ofMillis(300));
    var lonely =
        fleet.closing(
            new ConfirmedPublisher(nobody, settings, new ConfirmedPublisher.Listener() {}));
    lonely.start();
    var exchange = fleet.namespace().tasksExchange();
    var givenUp = lonely.publish(exchange, "mail", message("1"));
    assertThat(givenUp.get())
        .isInstanceOfSatisfying(
            PublishOutcome.Refused.class,
            refused -> assertThat(refused.because()).contains("not sent within 300 ms"));

    var inTheWindow = new ArrayList<CompletableFuture<PublishOutcome>>();
    for (var id : List.of("2", "3")) {
      inTheWindow.add(lonely.force(exchange, "mail", message(id), true, TestFleet.PATIENCE, false));
    }
    var withoutRoom = lonely.publish(exchange, "mail", message("4"));

    assertThat(withoutRoom)
        .isCompletedWithValueMatching(outcome ->
            outcome instanceof PublishOutcome.Refused refused
                && refused.because().startsWith("not sent: 2 messages wait for the broker"));
    assertThat(inTheWindow).noneMatch(CompletableFuture::isDone);
  }

  @Test
  void callbackMayPublish() throws Exception {
    var narrow = start(new PublisherSettings(1, 64L << 20, Duration.ofSeconds(30)));
    var chain = narrow.publish(Task.to("mail", "send").build());
    for (int i = 0; i < 20; i++) {
      chain = chain.thenCompose(outcome -> narrow.publish(Task.to("mail", "send").build()));
    }

    assertThat(chain.get(30, TimeUnit.SECONDS)).isEqualTo(CONFIRMED);
  }

  @Test
  void closingTellsTheOutcomeOfAll() throws Exception {
    var outcomes = publishMail(300);

    publisher.close();

    for (var outcome : outcomes) {
      assertThat(outcome.get(10, TimeUnit.SECONDS)).isNotNull();
    }
    assertThat(publishMail(1).get(0).get()).isInstanceOf(PublishOutcome.Refused.class);
    publisher.close();
  }

  @Test
  void headersOfAForeignMessageSurvive() throws Exception {
    var headers = new HashMap<String, Object>();
    headers.put("text", "value");
    headers.put("number", 7L);
    headers.put("nested", Map.of("deep", List.of("a", "b")));
    var properties =
        new BasicProperties.Builder().messageId("m").type("send").headers(headers).build();
    publisher
        .publish(fleet.namespace().tasksExchange(), "mail", new Message(properties, Body.of("{}")))
        .get();

    var response = fleet.channel().basicGet(fleet.namespace().taskQueue("mail"), true);

    var message = new Message(response.getProps(), Body.of(response.getBody()));
    assertThat(message.headers()).containsAllEntriesOf(headers);
  }

  private List<CompletableFuture<PublishOutcome>> publishMail(int count) {
    var outcomes = new ArrayList<CompletableFuture<PublishOutcome>>();
    for (int i = 0; i < count; i++) {
      outcomes.add(publisher.publish(Task.to("mail", "send").build()));
    }
    return outcomes;
  }

  private static Message message(String id) {
    return new Message(new BasicProperties.Builder().messageId(id).build(), Body.of("{}"));
  }

  private ConfirmedPublisher start(PublisherSettings settings) {
    var started =
        fleet.closing(
            new ConfirmedPublisher(fleet.access(), settings, new ConfirmedPublisher.Listener() {}));
    started.start();
    return started;
  }
}
