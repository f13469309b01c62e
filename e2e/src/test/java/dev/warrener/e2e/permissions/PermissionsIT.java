package dev.warrener.e2e.permissions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.GetResponse;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.messaging.Namespace;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each user of {@code docker/broker/definitions.json} does, and what it must not be able to
 * do, on a RabbitMQ, in a virtual host of its own.
 */
@NeedsRabbitMq(value = "the embedded broker has no users with permissions", with = Capability.USERS)
class PermissionsIT {
  private static final Namespace NAMES = Namespace.DEFAULT;

  /** The queue of tasks that is there before anybody comes. */
  private static final String QUEUE = NAMES.taskQueue("mail");

  private static final int ACCESS_REFUSED = AMQP.ACCESS_REFUSED;
  private static final int LOCKED = AMQP.RESOURCE_LOCKED;
  private static final int FORGED = AMQP.PRECONDITION_FAILED;

  /** What a user tries, on a fresh connection of its own. */
  interface Act {
    void on(Channel channel) throws Exception;
  }

  /** One thing that a user tries; {@code refused} is the expected reply code, 0 if it must work. */
  record Attempt(String user, String what, int refused, Act act) {
    @Override
    public String toString() {
      return user + (refused == 0 ? " may " : " must not ") + what;
    }
  }

  private static final ShippedBroker BROKER = ShippedBroker.install();

  @BeforeAll
  static void makeWhatControllersMake() throws Exception {
    BROKER.createControllerUser("h1");
    BROKER.createControllerUser("h2");
    try (var connection = BROKER.connect(ShippedBroker.ADMINISTRATOR)) {
      var channel = connection.createChannel();
      for (var queue : List.of(NAMES.armedQueue(), NAMES.runningQueue())) {
        channel.queueDeclare(queue, true, false, false, null);
      }
      declareTaskQueue(channel, "mail");
    }
  }

  @AfterAll
  static void removeDefinitions() {
    BROKER.close();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"publisher", "controller", "ownUserOfAController", "ops", "viewer"})
  void isAllowedOrRefused(Attempt attempt) throws Exception {
    try (var connection = BROKER.connect(attempt.user)) {
      var channel = connection.createChannel();
      channel.confirmSelect();
      if (attempt.refused == 0) {
        assertThatCode(() -> actAndWait(attempt, channel))
            .as("%s", attempt)
            .doesNotThrowAnyException();
      } else {
        assertThat(refusal(attempt, channel)).as("%s", attempt).isEqualTo(attempt.refused);
      }
    }
  }

  @Test
  void queueThatAViewerLeavesBehindIsBounded() throws Exception {
    var left = NAMES.replyQueue("viewer", "left");
    try (var connection = BROKER.connect("viewer")) {
      var channel = connection.createChannel();
      channel.queueDeclare(left, true, false, false, null);
      channel.queueBind(left, NAMES.reportsExchange(), "#");
    }

    await()
        .atMost(TestFleet.LONG)
        .untilAsserted(() ->
            assertThat(BROKER.vhost().describe(left))
                .contains("\"max-length\":100000", "\"expires\":3600000"));
  }

  static Stream<Attempt> publisher() {
    var own = NAMES.replyQueue("publisher", "0192");
    var user = new Attempts("publisher");
    user.may("publish a task", c -> publish(c, NAMES.tasksExchange(), "mail", "publisher"));
    user.may(
        "receive results in a reply queue of its own",
        c -> {
          c.queueDeclare(own, false, true, true, null);
          c.queueBind(own, NAMES.resultsExchange(), own);
          c.basicConsume(own, true, new DefaultConsumer(c));
        });
    user.mustNotPublishTo(
        NAMES.killExchange(),
        NAMES.logExchange(),
        NAMES.reportsExchange(),
        NAMES.resultsExchange(),
        "");
    user.mustNot(
        "forge the user of a task",
        FORGED,
        c -> publish(c, NAMES.tasksExchange(), "mail", "controller"));
    user.mustNotConsume(QUEUE, NAMES.ordersStream(), NAMES.outcomesStream(), NAMES.armedQueue());
    user.mustNot("purge a queue of tasks", c -> c.queuePurge(QUEUE));
    user.mustNotDelete(QUEUE, NAMES.armedQueue(), NAMES.ordersStream(), NAMES.outcomesStream());
    user.mustNot("make a queue of tasks", c -> declareTaskQueue(c, "new"));
    user.mustNot("copy tasks", c -> bindNew(c, own, NAMES.tasksExchange()));
    user.mustNot("hear orders", c -> bindNew(c, own, NAMES.killExchange()));
    user.mustNot("hear reports", c -> bindNew(c, own, NAMES.reportsExchange()));
    user.mustNot(
        "send orders by way of its dead letters",
        c ->
            c.queueDeclare(
                own, false, true, true, Map.of("x-dead-letter-exchange", NAMES.killExchange())));
    user.mustNot(
        "send orders by way of another exchange",
        c -> c.exchangeBind(NAMES.killExchange(), NAMES.resultsExchange(), ""));
    user.mustNot(
        "have the reply queue of another user",
        c -> c.queueDeclare(NAMES.replyQueue("ops", "1"), false, true, true, null));
    user.mustNot("have a queue with a name of the server's", Channel::queueDeclare);
    return user.attempts();
  }

  static Stream<Attempt> controller() {
    var own = NAMES.controllerQueue("web-1");
    var reply = NAMES.replyQueue("controller", "0192");
    var user = new Attempts("controller");
    user.may("make a queue of tasks", c -> declareTaskQueue(c, "new"));
    user.may("have a queue of tasks checked", c -> declareTaskQueue(c, "mail"));
    user.may(
        "take a task, give it back and take it for good",
        c -> {
          publish(c, NAMES.tasksExchange(), "mail", "controller");
          c.basicNack(take(c, QUEUE), false, true);
          c.basicReject(take(c, QUEUE), true);
          c.basicAck(take(c, QUEUE), false);
        });
    user.may(
        "dead-letter", c -> publish(c, NAMES.tasksExchange(), NAMES.deadKey("mail"), "controller"));
    user.may(
        "retry", c -> publish(c, NAMES.tasksExchange(), NAMES.retryKey("mail", 1), "controller"));
    user.may("purge a queue of tasks", c -> c.queuePurge(QUEUE));
    user.may("report", c -> publish(c, NAMES.reportsExchange(), "presence.web-1", "controller"));
    user.may("send a result", c -> publish(c, NAMES.resultsExchange(), reply, "controller"));
    user.may(
        "hear orders",
        c -> {
          c.queueDeclare(own, false, true, true, null);
          c.queueBind(own, NAMES.killExchange(), "");
          c.basicConsume(own, true, new DefaultConsumer(c));
        });
    user.may("read the log of orders", c -> readFirst(c, NAMES.ordersStream()));
    user.may(
        "hear the other controllers",
        c -> bindNew(c, reply, NAMES.reportsExchange(), "presence.*"));
    user.mustNot(
        "hear what the others report", c -> bindNew(c, reply, NAMES.reportsExchange(), "kill.#"));
    user.may(
        "listen to the tripwire",
        c -> c.basicConsume(NAMES.armedQueue(), true, new DefaultConsumer(c)));
    user.may(
        "reset the tripwire, and so pull it",
        c -> {
          c.queueDelete(NAMES.armedQueue());
          c.queueDeclare(NAMES.armedQueue(), true, false, false, null);
        });
    user.may(
        "say that something runs",
        c -> c.basicConsume(NAMES.runningQueue(), true, new DefaultConsumer(c)));
    user.mustNotPublishTo(NAMES.killExchange(), NAMES.logExchange(), "");
    user.mustNot(
        "report as somebody else",
        FORGED,
        c -> publish(c, NAMES.reportsExchange(), "presence.web-1", "ops"));
    user.mustNot(
        "have the queue of another controller",
        LOCKED,
        c -> {
          try (var other = BROKER.connect("controller")) {
            other.createChannel().queueDeclare(own, false, true, true, null);
            c.queueDeclare(own, false, true, true, null);
          }
        });
    user.mustNot(
        "lead messages into the queue of another controller",
        LOCKED,
        c -> {
          try (var other = BROKER.connect("controller")) {
            other.createChannel().queueDeclare(own, false, true, true, null);
            c.queueBind(own, NAMES.tasksExchange(), "x");
          }
        });
    user.mustNot(
        "lead messages into the log of orders",
        c -> c.queueBind(NAMES.ordersStream(), NAMES.tasksExchange(), "x"));
    user.mustNot(
        "lead messages into what is kept of reports",
        c -> c.queueBind(NAMES.outcomesStream(), NAMES.tasksExchange(), "x"));
    user.mustNot(
        "send orders by way of another exchange",
        c -> c.exchangeBind(NAMES.killExchange(), NAMES.tasksExchange(), "x"));
    user.mustNot(
        "send orders by way of dead letters",
        c ->
            c.queueDeclare(
                NAMES.taskQueue("trap"),
                true,
                false,
                false,
                Map.of("x-dead-letter-exchange", NAMES.killExchange())));
    user.mustNotDelete(NAMES.ordersStream(), NAMES.outcomesStream());
    user.mustNotDeleteExchanges();
    user.mustNot(
        "have the reply queue of an operator",
        c -> c.queueDeclare(NAMES.replyQueue("ops", "1"), false, true, true, null));
    return user.attempts();
  }

  static Stream<Attempt> ownUserOfAController() {
    var name = "controller-h1";
    var own = NAMES.controllerQueue("h1");
    var reports = NAMES.reportsExchange();
    var user = new Attempts(name);
    for (var key : List.of("presence.h1", "kill.o1.h1", "worker.ready.h1", "task.dropped.mail")) {
      user.may("publish " + key, c -> publish(c, reports, key, name));
    }
    for (var key :
        List.of("presence.h2", "kill.o1.h2", "kill.o1.h1.h2", "worker.ready.h2", "presence.xh1")) {
      user.mustNot("publish " + key, c -> publish(c, reports, key, name));
    }
    user.mustNot(
        "report as another controller",
        FORGED,
        c -> publish(c, reports, "presence.h1", "controller-h2"));
    user.may(
        "hear orders and the other controllers",
        c -> {
          c.queueDeclare(own, false, true, true, null);
          c.queueBind(own, NAMES.killExchange(), "");
          bindNew(c, NAMES.replyQueue(name, "0192"), reports, "presence.*");
        });
    user.may(
        "hear orders in another queue while the broker has the first one",
        c ->
            c.queueDeclare(own + ".7d0f2a3c-1111-4222-8333-944455556666", false, true, true, null));
    user.mustNot(
        "have the queue of another controller",
        c -> c.queueDeclare(NAMES.controllerQueue("h2"), false, true, true, null));
    user.mustNot(
        "have the reply queue of another controller",
        c -> c.queueDeclare(NAMES.replyQueue("controller-h2", "1"), false, true, true, null));
    user.mustNot(
        "hear what the others report", c -> bindNew(c, NAMES.replyQueue(name, "1"), reports));
    user.may("make a queue of tasks", c -> declareTaskQueue(c, "new"));
    user.may("read the log of orders", c -> readFirst(c, NAMES.ordersStream()));
    user.mustNotPublishTo(NAMES.killExchange(), NAMES.logExchange(), "");
    user.mustNotDelete(NAMES.ordersStream(), NAMES.outcomesStream());
    user.mustNotDeleteExchanges();
    return user.attempts();
  }

  static Stream<Attempt> ops() {
    var own = NAMES.replyQueue("ops", "0192");
    var user = new Attempts("ops");
    user.may("put an order into the log", c -> publish(c, NAMES.logExchange(), "", "ops"));
    user.may("send an order", c -> publish(c, NAMES.killExchange(), "", "ops"));
    user.may("publish a task", c -> publish(c, NAMES.tasksExchange(), "mail", "ops"));
    user.may("hear reports", c -> bindNew(c, own, NAMES.reportsExchange()));
    user.may("receive results", c -> bindNew(c, own, NAMES.resultsExchange()));
    user.may("read the log of orders", c -> readFirst(c, NAMES.ordersStream()));
    user.may("read how orders went", c -> readFirst(c, NAMES.outcomesStream()));
    user.may(
        "pull the tripwire and reset it",
        c -> {
          c.queueDelete(NAMES.armedQueue());
          c.queueDeclare(NAMES.armedQueue(), true, false, false, null);
        });
    user.may("count who listens", c -> c.queueDeclarePassive(NAMES.armedQueue()));
    user.may("count who runs something", c -> c.queueDeclarePassive(NAMES.runningQueue()));
    user.may("count waiting tasks", c -> c.queueDeclarePassive(QUEUE));
    user.may(
        "make, purge and delete a queue of tasks",
        c -> {
          declareTaskQueue(c, "made-by-ops");
          c.queuePurge(NAMES.taskQueue("made-by-ops"));
          c.queueDelete(NAMES.taskQueue("made-by-ops"));
        });
    user.may(
        "requeue a dead letter",
        c -> {
          publish(c, NAMES.tasksExchange(), NAMES.deadKey("mail"), "ops");
          long tag = take(c, NAMES.deadQueue("mail"));
          publish(c, NAMES.tasksExchange(), "mail", "ops");
          c.basicAck(tag, false);
        });
    user.mustNotPublishTo(NAMES.reportsExchange(), NAMES.resultsExchange(), "");
    user.mustNot(
        "send an order as somebody else",
        FORGED,
        c -> publish(c, NAMES.killExchange(), "", "viewer"));
    user.mustNotDelete(NAMES.ordersStream(), NAMES.outcomesStream());
    user.mustNotDeleteExchanges();
    user.mustNot(
        "have the queue of a controller",
        c -> c.queueDeclare(NAMES.controllerQueue("web-9"), false, true, true, null));
    return user.attempts();
  }

  static Stream<Attempt> viewer() {
    var own = NAMES.replyQueue("viewer", "0192");
    var user = new Attempts("viewer");
    user.may("hear reports", c -> bindNew(c, own, NAMES.reportsExchange()));
    user.may("read the log of orders", c -> readFirst(c, NAMES.ordersStream()));
    user.may("read how orders went", c -> readFirst(c, NAMES.outcomesStream()));
    user.mustNotPublishTo(
        NAMES.tasksExchange(),
        NAMES.killExchange(),
        NAMES.logExchange(),
        NAMES.reportsExchange(),
        NAMES.resultsExchange(),
        "");
    user.mustNotConsume(QUEUE, NAMES.armedQueue(), NAMES.runningQueue());
    user.mustNot("purge a queue of tasks", c -> c.queuePurge(QUEUE));
    user.mustNot("hear orders as a controller does", c -> bindNew(c, own, NAMES.killExchange()));
    user.mustNot("receive others' results", c -> bindNew(c, own, NAMES.resultsExchange()));
    user.mustNotDelete(
        QUEUE,
        NAMES.armedQueue(),
        NAMES.ordersStream(),
        NAMES.outcomesStream(),
        NAMES.runningQueue());
    user.mustNotDeleteExchanges();
    user.mustNot("make a queue of tasks", c -> declareTaskQueue(c, "new"));
    return user.attempts();
  }

  /** Collects what one user may and must not do. */
  private static final class Attempts {
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
  }

  private static void declareTaskQueue(Channel channel, String queue) throws IOException {
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

  private static void bindNew(Channel channel, String queue, String exchange) throws IOException {
    bindNew(channel, queue, exchange, "#");
  }

  private static void bindNew(Channel channel, String queue, String exchange, String key)
      throws IOException {
    channel.queueDeclare(queue, false, true, true, null);
    channel.queueBind(queue, exchange, key);
    channel.basicConsume(queue, true, new DefaultConsumer(channel));
  }

  private static void readFirst(Channel channel, String stream) throws IOException {
    channel.basicQos(10);
    channel.basicConsume(
        stream, false, Map.of("x-stream-offset", "first"), new DefaultConsumer(channel));
  }

  private static void publish(
      Channel channel, String exchange, String routingKey, @Nullable String user) throws Exception {
    var properties = new AMQP.BasicProperties.Builder().deliveryMode(2).userId(user).build();
    channel.basicPublish(exchange, routingKey, properties, new byte[0]);
    channel.waitForConfirmsOrDie(5_000);
  }

  /** Gets the next message, which may come a moment after its confirm or its return. */
  private static long take(Channel channel, String queue) throws IOException {
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
