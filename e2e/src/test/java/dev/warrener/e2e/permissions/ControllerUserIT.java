package dev.warrener.e2e.permissions;

import static dev.warrener.e2e.permissions.Attempts.FORGED;
import static dev.warrener.e2e.permissions.Attempts.bindNew;
import static dev.warrener.e2e.permissions.Attempts.declareTaskQueue;
import static dev.warrener.e2e.permissions.Attempts.publish;
import static dev.warrener.e2e.permissions.Attempts.readFirst;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.e2e.permissions.Attempts.Attempt;
import dev.warrener.messaging.Namespace;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the user of one controller, as {@code docker/broker/controller-user} makes it, can do in the
 * name of others; and what bounds the queues that a user leaves behind.
 */
@NeedsRabbitMq(value = "the embedded broker has no users with permissions", with = Capability.USERS)
class ControllerUserIT {
  private static final Namespace NAMES = Namespace.DEFAULT;
  private static final ShippedBroker BROKER = ShippedBroker.install();

  @BeforeAll
  static void makeUsers() {
    BROKER.createControllerUser("h1");
    BROKER.createControllerUser("h2");
  }

  @AfterAll
  static void removeDefinitions() {
    BROKER.close();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ownUserOfAController")
  void controllerWithItsOwnUserSpeaksForItselfAlone(Attempt attempt) throws Exception {
    attempt.tryAt(BROKER);
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
          c.queueBind(own, NAMES.tasksExchange(), "controller.h1.0192");
          publish(c, NAMES.tasksExchange(), "controller.h1.0192", name);
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
}
