package dev.warrener.e2e.permissions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.GetResponse;
import dev.warrener.messaging.Namespace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Collects what one user may and must not do, and has what several of them try. */
final class Attempts {
  private static final Namespace NAMES = Namespace.DEFAULT;

  /** The queue of tasks that is there before anybody comes. */
  static final String QUEUE = NAMES.taskQueue("mail");

  static final int ACCESS_REFUSED = AMQP.ACCESS_REFUSED;
  static final int LOCKED = AMQP.RESOURCE_LOCKED;
  static final int FORGED = AMQP.PRECONDITION_FAILED;

  /** What a user tries, on a fresh connection of its own. */
  interface Act {
    void on(Channel channel) throws Exception;
  }

  /** One thing that a user tries; {@code refused} is the expected reply code, 0 if it must work. */
  record Attempt(String user, String what, int refused, Act act) {
    /** Tries it, and checks that it works or is refused as expected. */
    void tryAt(ShippedBroker broker) throws Exception {
      try (var connection = broker.connect(user)) {
        var channel = connection.createChannel();
        channel.confirmSelect();
        if (refused == 0) {
          assertThatCode(() -> actAndWait(this, channel)).as("%s", this).doesNotThrowAnyException();
        } else {
          assertThat(refusal(this, channel)).as("%s", this).isEqualTo(refused);
        }
      }
    }

    @Override
    public String toString() {
      return user + (refused == 0 ? " may " : " must not ") + what;
    }
  }

  private final String user;
  private final List<Attempt> attempts = new ArrayList<>();

  Attempts(String user) {
    this.user = user;
  }

  void may(String what, Act act) {
    attempts.add(new Attempt(user, what, 0, act));
  }

  void mustNot(String what, Act act) {
    mustNot(what, ACCESS_REFUSED, act);
  }

  void mustNot(String what, int replyCode, Act act) {
    attempts.add(new Attempt(user, what, replyCode, act));
  }

  void mustNotPublishTo(String... exchanges) {
    for (var exchange : exchanges) {
      mustNot(
          "publish to " + (exchange.isEmpty() ? "the default exchange" : exchange),
          c -> publish(c, exchange, exchange.isEmpty() ? QUEUE : "", null));
    }
  }

  void mustNotConsume(String... queues) {
    for (var queue : queues) {
      mustNot("consume " + queue, c -> c.basicConsume(queue, false, new DefaultConsumer(c)));
    }
  }

  void mustNotDelete(String... queues) {
    for (var queue : queues) {
      mustNot("delete " + queue, c -> c.queueDelete(queue));
    }
  }

  void mustNotDeleteExchanges() {
    for (var exchange : ShippedBroker.DEFINITIONS.path("exchanges")) {
      var name = exchange.path("name").asString();
      mustNot("delete " + name, c -> c.exchangeDelete(name));
    }
  }

  Stream<Attempt> attempts() {
    return attempts.stream();
  }

  static void declareTaskQueue(Channel channel, String queue) throws IOException {
    for (var entry :
        Map.of(queue, NAMES.taskQueue(queue), NAMES.deadKey(queue), NAMES.deadQueue(queue))
            .entrySet()) {
      channel.queueDeclare(
          entry.getValue(),
          true,
          false,
          false,
          Map.of("x-queue-type", "quorum", "x-dead-letter-exchange", NAMES.tasksExchange()));
      channel.queueBind(entry.getValue(), NAMES.tasksExchange(), entry.getKey());
    }
  }

  static void bindNew(Channel channel, String queue, String exchange) throws IOException {
    bindNew(channel, queue, exchange, "#");
  }

  static void bindNew(Channel channel, String queue, String exchange, String key)
      throws IOException {
    channel.queueDeclare(queue, false, true, true, null);
    channel.queueBind(queue, exchange, key);
    channel.basicConsume(queue, true, new DefaultConsumer(channel));
  }

  static void readFirst(Channel channel, String stream) throws IOException {
    channel.basicQos(10);
    channel.basicConsume(
        stream, false, Map.of("x-stream-offset", "first"), new DefaultConsumer(channel));
  }

  static void publish(Channel channel, String exchange, String routingKey, @Nullable String user)
      throws Exception {
    var properties = new AMQP.BasicProperties.Builder().deliveryMode(2).userId(user).build();
    channel.basicPublish(exchange, routingKey, properties, new byte[0]);
    channel.waitForConfirmsOrDie(5_000);
  }

  /** Gets the next message, which may come a moment after its confirm or its return. */
  static long take(Channel channel, String queue) throws IOException {
    GetResponse response = null;
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (response == null && System.nanoTime() < deadline) {
      response = channel.basicGet(queue, false);
    }
    assertThat(response).as("a message in %s", queue).isNotNull();
    return response.getEnvelope().getDeliveryTag();
  }

  private static void actAndWait(Attempt attempt, Channel channel) throws Exception {
    attempt.act.on(channel);
    // Acknowledgements are not answered: a refusal would arrive before this answer.
    channel.basicQos(1);
  }

  /** The code with which the broker closes the channel on this attempt; 0 if it does not. */
  private static int refusal(Attempt attempt, Channel channel) {
    try {
      actAndWait(attempt, channel);
      return 0;
    } catch (Exception expected) {
      var reason = channel.getCloseReason();
      return reason != null && reason.getReason() instanceof AMQP.Channel.Close close
          ? close.getReplyCode()
          : -1;
    }
  }
}
