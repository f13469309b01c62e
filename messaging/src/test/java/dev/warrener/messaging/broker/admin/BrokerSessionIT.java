package dev.warrener.messaging.broker.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.broker.BrokerAddress.Node;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.FleetProbe.QueueDepth;
import dev.warrener.messaging.broker.LinkSettings;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.TaskCodec;
import dev.warrener.messaging.broker.TestFleet;
import dev.warrener.messaging.broker.orders.OrderSender;
import dev.warrener.messaging.broker.orders.Orders;
import dev.warrener.messaging.broker.publishing.ConfirmedPublisher;
import dev.warrener.messaging.broker.publishing.PublisherSettings;
import dev.warrener.messaging.task.Task;
import dev.warrener.testbroker.BrokerKind;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.TestBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BrokerSessionIT {
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
  void brokerSaysWhatItIs() {
    try (var session = BrokerSession.open(fleet.access())) {
      boolean rabbit = TestBroker.get().kind() == BrokerKind.RABBITMQ;

      assertThat(session.dialect().product())
          .isEqualTo((rabbit ? "RabbitMQ " : "Qpid Broker-J ") + TestBroker.get().version());
      assertThat(session.dialect().keepsOrders()).isEqualTo(rabbit);
      assertThat(session.dialect().hasTripwire()).isEqualTo(rabbit);
    }
  }

  @Test
  void wrongPasswordIsSaid() {
    var address = fleet.access().address();

    assertThatThrownBy(() -> open(address.withCredentials(address.user(), "wrong-secret")))
        .isInstanceOf(NotAllowedException.class)
        .hasMessageContaining(
            "refused user " + address.user() + ": check the user's name and password")
        .hasMessageNotContaining("wrong-secret");
  }

  @Test
  void unknownVirtualHostIsSaid() {
    var address = fleet.access().address();
    var elsewhere =
        new BrokerAddress(
            address.host(), address.port(), "nowhere", address.user(), address.password(), false);

    assertThatThrownBy(() -> open(elsewhere))
        .isInstanceOf(NotAllowedException.class)
        .hasMessageContaining("\"nowhere\"");
  }

  @Test
  @NeedsRabbitMq(value = "the embedded broker has one user", with = Capability.USERS)
  void virtualHostThatTheUserMayNotEnterIsSaid() throws Exception {
    try (var other = TestBroker.get().freshVhost()) {
      var user = BrokerAddress.parse(other.createUser("bob", "x", ".*", ".*", ".*").toString());
      var address = fleet.access().address();

      assertThatThrownBy(() -> open(address.withCredentials(user.user(), user.password())))
          .isInstanceOf(NotAllowedException.class)
          .hasMessageContaining("does not let user " + user.user() + " into the virtual host");
    }
  }

  @Test
  void portWhereNothingListensIsSaid() {
    assertThatThrownBy(() -> open(new BrokerAddress("127.0.0.1", 1, "/", "a", "b", false)))
        .isInstanceOf(BrokerUnreachableException.class)
        .hasMessageContaining("the broker at amqp://a@127.0.0.1:1/")
        .hasMessageContaining("nothing listens there");
  }

  @Test
  void unknownHostIsSaid() {
    assertThatThrownBy(
            () -> open(new BrokerAddress("no.such.host.invalid", 5672, "/", "a", "b", false)))
        .isInstanceOf(BrokerUnreachableException.class)
        .hasMessageContaining("its host name is not known");
  }

  @Test
  void portThatIsSilentIsSaidWithinItsTime() throws IOException {
    try (var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      var settings = shortTimes();
      var address = new BrokerAddress("127.0.0.1", silent.getLocalPort(), "/", "a", "b", false);

      assertThatThrownBy(() ->
              BrokerSession.open(new BrokerAccess(address, fleet.namespace(), "test", settings)))
          .isInstanceOf(BrokerUnreachableException.class)
          .hasMessageContaining("it did not answer in time");
    }
  }

  @Test
  void nodesThatAreSilentOrGoneDelayNoConnectionIfTheAddressNamesAnother() throws IOException {
    try (var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      var right = fleet.access().address();
      var address =
          new BrokerAddress(
              "127.0.0.1",
              silent.getLocalPort(),
              right.virtualHost(),
              right.user(),
              right.password(),
              right.tls(),
              List.of(new Node("127.0.0.1", 1), new Node(right.host(), right.port())));

      long begun = System.nanoTime();
      var access = new BrokerAccess(address, fleet.namespace(), "test", fleet.access().settings());
      try (var session = BrokerSession.open(access)) {
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(4));
        session.topology().declareFleet();
        assertThat(session.probe().controllers()).isZero();
      }
      assertThatThrownBy(() -> open(address.withCredentials(right.user(), "wrong-secret")))
          .isInstanceOf(NotAllowedException.class);
    }
  }

  @Test
  void countsOfAQueueAreTheBrokers() throws Exception {
    fleet.declare("mail");
    var publisher =
        fleet.closing(
            new ConfirmedPublisher(
                fleet.access(), PublisherSettings.DEFAULT, new ConfirmedPublisher.Listener() {}));
    publisher.start();
    var tasks = fleet.namespace().tasksExchange();
    for (var key : new String[] {"mail", "mail", "mail.retry.600", "mail.dead"}) {
      publisher.publish(tasks, key, TaskCodec.encode(Task.to("mail", "send").build())).get();
    }

    try (var session = BrokerSession.open(fleet.access())) {
      assertThat(session.probe().queue("mail")).isEqualTo(new QueueDepth(2, 1, 1, 0));
      assertThat(session.probe().controllers()).isZero();
      assertThat(session.probe().running()).isZero();
      assertThat(session.purge("mail")).isEqualTo(3);
      assertThat(session.probe().queue("mail")).isEqualTo(new QueueDepth(0, 0, 1, 0));
    }
  }

  @Test
  void queueThatIsNotThereIsAnErrorAndTheSessionGoesOn() {
    fleet.declare("mail");
    try (var session = BrokerSession.open(fleet.access())) {
      assertThatThrownBy(() -> session.probe().queue("emial"))
          .isInstanceOf(NoSuchQueueException.class)
          .hasMessageContaining("queue emial does not exist");

      assertThat(session.probe().queue("mail").waiting()).isZero();
    }
  }

  @Test
  @NeedsRabbitMq(value = "the embedded broker has one user", with = Capability.USERS)
  void userWhoIsNoOperatorCannotSendAnOrder() throws Exception {
    fleet.declare();
    var user = fleet.vhost().createUser("reader", "secret", "^$", "^$", ".*");

    try (var sender = OrderSender.open(fleet.access(user))) {
      assertThatThrownBy(() -> sender.send(Orders.killAll(), null, TestFleet.PATIENCE))
          .isInstanceOf(NotAllowedException.class)
          .hasMessageContaining("user reader may not");
    }
  }

  @Test
  void orderForAFleetThatIsNotThereIsAnError() throws Exception {
    try (var sender = OrderSender.open(fleet.access())) {
      assertThatThrownBy(() -> sender.send(Orders.killAll(), null, TestFleet.PATIENCE))
          .isInstanceOf(NoSuchQueueException.class);
    }
  }

  private void open(BrokerAddress address) {
    BrokerSession.open(new BrokerAccess(address, fleet.namespace(), "test", LinkSettings.DEFAULT))
        .close();
  }

  private static LinkSettings shortTimes() {
    return new LinkSettings(
        Duration.ofMillis(500),
        Duration.ofMillis(500),
        Duration.ofSeconds(10),
        Duration.ofSeconds(1),
        Duration.ofSeconds(10),
        Duration.ofMillis(200),
        Duration.ofSeconds(5));
  }
}
