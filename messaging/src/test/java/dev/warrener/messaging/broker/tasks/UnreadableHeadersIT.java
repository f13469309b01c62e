package dev.warrener.messaging.broker.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.QueueSettings;
import dev.warrener.messaging.broker.TestFleet;
import dev.warrener.messaging.broker.TlsProxy;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.admin.DeadLetter;
import dev.warrener.messaging.broker.admin.DeadLetters;
import dev.warrener.messaging.task.DeadReason;
import dev.warrener.messaging.task.InvalidTask;
import dev.warrener.messaging.task.Task;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.hostile.HostileMessages;
import dev.warrener.testbroker.hostile.PropertyWriter;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Messages whose headers the AMQP client can't decode, from a broker that passes them on. */
class UnreadableHeadersIT {
  private static final byte[] BODY = {'{', '}'};

  private TestFleet fleet;
  private final RecordingIntake heard = new RecordingIntake();

  @BeforeEach
  void declare() throws Exception {
    fleet = TestFleet.fresh();
    fleet.declare("mail", "other");
  }

  @AfterEach
  void clear() {
    fleet.close();
  }

  @Test
  void messageIsInvalidAndItsNeighboursAreDeliveredOnce() throws Exception {
    assertOneMessageStopsNobody(fleet.access());
  }

  @Test
  void messageIsInvalidOverTlsToo() throws Exception {
    var proxy = fleet.closing(new TlsProxy(fleet.vhost().uri()));

    assertOneMessageStopsNobody(fleet.access(proxy.uri()));
  }

  private void assertOneMessageStopsNobody(BrokerAccess access) throws Exception {
    publish("mail", properties("before").build());
    publish("mail", properties("deep").header("a", PropertyWriter.nestedTables(200)).build());
    publish("mail", properties("after").build());
    publish("other", properties("elsewhere").build());
    var intake = fleet.closing(new TaskIntake(access, heard));
    intake.start();
    intake.awaitUp(TestFleet.PATIENCE);

    intake.consume("mail", QueueSettings.DEFAULT, 10);
    var deliveries = heard.take(3);
    intake.consume("other", QueueSettings.DEFAULT, 10);

    assertThat(deliveries)
        .extracting(delivery -> delivery.message().id())
        .containsExactly("before", "deep", "after");
    assertThat(deliveries).noneMatch(Delivery::redelivered);
    assertThat(deliveries.get(0).content()).isInstanceOf(Task.class);
    assertThat(deliveries.get(1).content())
        .isEqualTo(
            new InvalidTask(
                "mail",
                "deep",
                "it can't be read as it was published: header \"a\" is nested more than 32 deep and"
                    + " was left out"));
    assertThat(deliveries.get(2).content()).isInstanceOf(Task.class);
    assertThat(heard.take(1).get(0).message().id()).isEqualTo("elsewhere");
    assertThat(heard.downs).isEmpty();
  }

  @Test
  @NeedsRabbitMq("the embedded broker adds no header to a message")
  void messageThatTheBrokerMakesLargerThanAFrameIsDeliveredAllTheSame() throws Exception {
    var writer = properties("full").header("x-batch", PropertyWriter.string("b"));
    int left = HostileMessages.LARGEST - writer.build().encoded().length;
    writer.header("f", PropertyWriter.string(new byte[left - 2 - 5]));
    publish("mail", writer.build());
    var intake = fleet.closing(new TaskIntake(fleet.access(), heard));
    intake.start();
    intake.awaitUp(TestFleet.PATIENCE);
    intake.consume("mail", QueueSettings.DEFAULT, 1);
    var first = heard.take(1).get(0);
    assertThat(first.content()).isInstanceOf(Task.class);

    // The broker adds how often it has delivered the message.
    intake.requeue(first);
    var second = heard.take(1).get(0);

    assertThat(second.message().id()).isEqualTo("full");
    assertThat(second.message().headers()).containsEntry("x-batch", "b");
    assertThat(second.content())
        .isInstanceOfSatisfying(
            InvalidTask.class,
            invalid -> assertThat(invalid.because()).contains("more than a frame", "\"f\""));
    assertThat(heard.downs).isEmpty();
  }

  @Test
  void deadLettersAreListedRequeuedAndPurged() throws Exception {
    publish("mail.dead", properties("before").build());
    publish("mail.dead", properties("deep").header("a", PropertyWriter.nestedArrays(99)).build());
    publish("mail.dead", properties("after").build());
    var letters = fleet.closing(BrokerSession.open(fleet.access())).deadLetters();

    var listed = letters.list("mail", 10);

    assertThat(listed)
        .extracting(letter -> letter.message().id())
        .containsExactly("before", "deep", "after");
    assertThat(listed.get(1).mark().reason()).isEqualTo(DeadReason.INVALID);
    assertThat(listed.get(1).mark().detail()).contains("\"a\" is nested more than 32 deep");
    assertThat(letters.requeue("mail", 10, letter -> isCalled(letter, "deep"), Instant.now()))
        .isEqualTo(new DeadLetters.Moved(1, List.of()));
    assertThat(fleet.messages(fleet.namespace().taskQueue("mail"))).isEqualTo(1);
    assertThat(letters.purge("mail", 10, letter -> true))
        .isEqualTo(new DeadLetters.Moved(2, List.of()));
  }

  private static boolean isCalled(DeadLetter letter, String id) {
    return id.equals(letter.message().id());
  }

  private static PropertyWriter properties(String id) {
    return new PropertyWriter()
        .text("message_id", id)
        .text("type", "send")
        .octet("delivery_mode", 2);
  }

  private void publish(String key, BasicProperties properties) throws IOException {
    var channel = fleet.channel();
    channel.basicPublish(fleet.namespace().tasksExchange(), key, true, properties, BODY);
    // The order of one connection: the answer comes after the publish.
    channel.queueDeclarePassive(fleet.namespace().taskQueue("mail"));
    channel.abort();
  }
}
