package dev.warrener.e2e.permissions;

import static dev.warrener.e2e.permissions.Attempts.FORGED;
import static dev.warrener.e2e.permissions.Attempts.LOCKED;
import static dev.warrener.e2e.permissions.Attempts.QUEUE;
import static dev.warrener.e2e.permissions.Attempts.bindNew;
import static dev.warrener.e2e.permissions.Attempts.declareTaskQueue;
import static dev.warrener.e2e.permissions.Attempts.publish;
import static dev.warrener.e2e.permissions.Attempts.readFirst;
import static dev.warrener.e2e.permissions.Attempts.take;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import dev.warrener.e2e.permissions.Attempts.Attempt;
import dev.warrener.messaging.Namespace;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each user of {@code docker/broker/definitions.json} does, and what it must not be able to
 * do, on a RabbitMQ, in a virtual host of its own.
 */
@NeedsRabbitMq(value = "the embedded broker has no users with permissions", with = Capability.USERS)
class PermissionsIT {
  private static final Namespace NAMES = Namespace.DEFAULT;

  private static final ShippedBroker BROKER = ShippedBroker.install();

  @BeforeAll
  static void makeWhatControllersMake() throws Exception {
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
  @MethodSource({"publisher", "controller", "ops", "viewer"})
  void isAllowedOrRefused(Attempt attempt) throws Exception {
    attempt.tryAt(BROKER);
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
        NAMES.registryExchange(),
        "");
    user.mustNot(
        "forge the user of a task",
        FORGED,
        c -> publish(c, NAMES.tasksExchange(), "mail", "controller"));
    user.mustNotConsume(
        QUEUE,
        NAMES.ordersStream(),
        NAMES.outcomesStream(),
        NAMES.queuesStream(),
        NAMES.armedQueue());
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
          c.queueBind(own, NAMES.tasksExchange(), "controller.h1.0192");
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
    user.may(
        "record the name of a queue",
        c -> publish(c, NAMES.registryExchange(), "mail", "controller"));
    user.may("read the names of queues", c -> readFirst(c, NAMES.queuesStream()));
    user.mustNot(
        "lead messages into the names of queues",
        c -> c.queueBind(NAMES.queuesStream(), NAMES.tasksExchange(), "x"));
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
    user.mustNotDelete(NAMES.ordersStream(), NAMES.outcomesStream(), NAMES.queuesStream());
    user.mustNotDeleteExchanges();
    user.mustNot(
        "have the reply queue of an operator",
        c -> c.queueDeclare(NAMES.replyQueue("ops", "1"), false, true, true, null));
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
        "record the name of a queue", c -> publish(c, NAMES.registryExchange(), "mail", "ops"));
    user.may("read the names of queues", c -> readFirst(c, NAMES.queuesStream()));
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
    user.mustNotDelete(NAMES.ordersStream(), NAMES.outcomesStream(), NAMES.queuesStream());
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
    user.may("read the names of queues", c -> readFirst(c, NAMES.queuesStream()));
    user.mustNotPublishTo(
        NAMES.tasksExchange(),
        NAMES.killExchange(),
        NAMES.logExchange(),
        NAMES.reportsExchange(),
        NAMES.resultsExchange(),
        NAMES.registryExchange(),
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
        NAMES.queuesStream(),
        NAMES.runningQueue());
    user.mustNotDeleteExchanges();
    user.mustNot("make a queue of tasks", c -> declareTaskQueue(c, "new"));
    return user.attempts();
  }
}
