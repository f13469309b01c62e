package dev.warrener.messaging.broker.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.messaging.broker.ControllerIdTakenException;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.TestFleet;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.tasks.RecordingIntake;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.order.Order;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OrderFeedIT {
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
  void newFleetIsMadeAndNothingIsTripped() throws Exception {
    var heard = start("web-1");

    var synced = RecordingIntake.next(heard.synced);
    assertThat(synced.log()).isEmpty();
    assertThat(synced.tripped()).isFalse();
    assertThat(fleet.consumers(fleet.namespace().armedQueue())).isEqualTo(1);
  }

  @Test
  void liveOrderOfAnOperatorReachesEveryController() throws Exception {
    var one = start("web-1");
    var other = start("web-2");
    RecordingIntake.next(one.synced);
    RecordingIntake.next(other.synced);
    var order = Orders.killAll();

    try (var sender = OrderSender.open(fleet.access())) {
      var receipt = sender.send(order, "back", TestFleet.PATIENCE);

      assertThat(receipt.signalled()).isTrue();
      assertThat(receipt.logged()).isEqualTo(sender.dialect().keepsOrders());
      assertThat(receipt.problem()).isNull();
      assertThat(receipt.blocked()).isNull();
    }

    for (var heard : List.of(one, other)) {
      var received = (ReceivedOrder.Decoded) RecordingIntake.next(heard.orders);
      assertThat(received.order()).isEqualTo(order);
      assertThat(received.userId()).isEqualTo(fleet.access().address().user());
      assertThat(received.replyTo()).isEqualTo("back");
    }
  }

  @Test
  @NeedsRabbitMq("the embedded broker keeps no log of orders")
  void controllerThatComesLateReadsTheWholeLogBeforeAnythingElse() throws Exception {
    fleet.declare();
    var sent = new ArrayList<String>();
    try (var sender = OrderSender.open(fleet.access())) {
      for (int i = 0; i < 40; i++) {
        var order = Orders.killAll();
        sent.add(order.id());
        assertThat(sender.send(order, null, TestFleet.PATIENCE).logged()).isTrue();
      }
    }

    var synced = RecordingIntake.next(start("web-1").synced);

    // Each is there twice, by the log exchange and by the kill exchange: the same id is one order.
    var ids = new LinkedHashSet<String>();
    synced.log().forEach(order -> ids.add(((ReceivedOrder.Decoded) order).order().id()));
    assertThat(ids).containsExactlyElementsOf(sent);
    assertThat(synced.log())
        .allSatisfy(order -> {
          assertThat(order.offset()).isNotNull();
          assertThat(order.userId()).isEqualTo(fleet.access().address().user());
        });
  }

  @Test
  @NeedsRabbitMq("the embedded broker keeps no log of orders")
  void orderThatWasOnlyLoggedIsHeardAllTheSame() throws Exception {
    var heard = start("web-1");
    RecordingIntake.next(heard.synced);
    var order = Orders.killAll();

    publish(fleet.namespace().logExchange(), ContractJson.write(order), null);

    assertThat(((ReceivedOrder.Decoded) RecordingIntake.next(heard.orders)).order())
        .isEqualTo(order);
  }

  @Test
  void whatIsNoOrderIsSaidWithItsId() throws Exception {
    var heard = start("web-1");
    RecordingIntake.next(heard.synced);

    publish(
        fleet.namespace().killExchange(),
        "{\"version\":1,\"id\":\"k-1\",\"kind\":\"melt\"}".getBytes(StandardCharsets.UTF_8),
        null);

    var illegible = (ReceivedOrder.Unreadable) RecordingIntake.next(heard.orders);
    assertThat(illegible.id()).isEqualTo("k-1");
    assertThat(illegible.because()).contains("unknown kind \"melt\"");
    assertThat(illegible.userId()).isNull();
  }

  @Test
  void orderThatIsTooLongIsSaidWithoutReadingIt() throws Exception {
    var heard = start("web-1");
    RecordingIntake.next(heard.synced);

    publish(fleet.namespace().killExchange(), new byte[Order.MAX_BYTES + 1], "k-2");

    var illegible = (ReceivedOrder.Unreadable) RecordingIntake.next(heard.orders);
    assertThat(illegible.id()).isEqualTo("k-2");
    assertThat(illegible.because()).contains("65537 bytes");
  }

  @Test
  @NeedsRabbitMq("the embedded broker tells no consumer that its queue was deleted")
  void pulledTripwireIsHeardByEveryControllerAndCanBeMadeAgain() throws Exception {
    var heard = start("web-1");
    var other = start("web-2");
    RecordingIntake.next(heard.synced);
    RecordingIntake.next(other.synced);

    try (var session = BrokerSession.open(fleet.access())) {
      assertThat(session.probe().pullTripwire()).isEqualTo(2);
      RecordingIntake.next(heard.trips);
      RecordingIntake.next(other.trips);
      assertThat(session.probe().armed()).isFalse();
      assertThatThrownBy(() -> session.probe().pullTripwire())
          .isInstanceOf(NoSuchQueueException.class);

      feeds.forEach(OrderFeed::rearm);

      await()
          .atMost(TestFleet.PATIENCE)
          .untilAsserted(
              () -> assertThat(fleet.consumers(fleet.namespace().armedQueue())).isEqualTo(2));
      assertThat(session.probe().controllers()).isEqualTo(2);
      session.probe().pullTripwire();
      RecordingIntake.next(heard.trips);
    }
  }

  @Test
  @NeedsRabbitMq("the embedded broker tells no consumer that its queue was deleted")
  void controllerThatComesAfterTheTripIsToldAtOnce() throws Exception {
    fleet.declare();
    try (var session = BrokerSession.open(fleet.access())) {
      session.probe().pullTripwire();
    }

    assertThat(RecordingIntake.next(start("web-1").synced).tripped()).isTrue();
  }

  @Test
  void runningIsShownByAConsumer() throws Exception {
    RecordingIntake.next(start("web-1").synced);
    var feed = feeds.get(0);
    var running = fleet.namespace().runningQueue();

    feed.setRunning(true);
    await()
        .atMost(TestFleet.PATIENCE)
        .untilAsserted(() -> assertThat(fleet.consumers(running)).isEqualTo(1));
    feed.setRunning(true);
    feed.setRunning(false);
    await()
        .atMost(TestFleet.PATIENCE)
        .untilAsserted(() -> assertThat(fleet.consumers(running)).isZero());
  }

  @Test
  @NeedsRabbitMq("the embedded broker keeps no tripwire")
  void ordersArriveThoughTheQueuesThatCountControllersAreSomebodysAlone() throws Exception {
    var counting = List.of(fleet.namespace().armedQueue(), fleet.namespace().runningQueue());
    var stranger = TestFleet.connect(fleet.vhost().uri());
    for (var queue : counting) {
      stranger.createChannel().queueDeclare(queue, false, true, false, null);
    }
    var heard = start("web-1");
    var feed = feeds.get(0);
    feed.setRunning(true);

    assertThat(RecordingIntake.next(heard.synced).tripped()).isFalse();
    assertThat(feed.miscounts())
        .hasSize(2)
        .allSatisfy(problem -> assertThat(problem).contains("for one connection alone"));
    try (var sender = OrderSender.open(fleet.access());
        var session = BrokerSession.open(fleet.access())) {
      assertThat(sender.send(Orders.killAll(), null, TestFleet.PATIENCE).signalled()).isTrue();
      RecordingIntake.next(heard.orders);
      assertThat(session.probe().miscounts()).hasSize(2);
      assertThat(session.probe().tripped()).isFalse();
    }

    stranger.close();

    for (var queue : counting) {
      await()
          .atMost(TestFleet.PATIENCE)
          .ignoreExceptions()
          .untilAsserted(() -> assertThat(fleet.consumers(queue)).isEqualTo(1));
    }
    await()
        .atMost(TestFleet.PATIENCE)
        .untilAsserted(() -> assertThat(feed.miscounts()).isEmpty());
    assertThat(heard.downs).isEmpty();
    assertThat(heard.trips).isEmpty();
  }

  @Test
  void secondControllerWithTheSameIdIsToldSo() throws Exception {
    RecordingIntake.next(start("web-1").synced);

    var second = fleet.closing(new OrderFeed(fleet.access(), "web-1", new RecordingOrders()));
    second.start();

    assertThatThrownBy(() -> second.awaitSynced(Duration.ofSeconds(2)))
        .isInstanceOf(ControllerIdTakenException.class)
        .hasMessageContaining("another controller with the id web-1 is connected");
  }

  @Test
  void idIsFreeAgainWhenTheControllerHasLeft() throws Exception {
    RecordingIntake.next(start("web-1").synced);
    feeds.get(0).close();

    RecordingIntake.next(start("web-1").synced);
  }

  private final List<OrderFeed> feeds = new ArrayList<>();

  private RecordingOrders start(String controller) {
    var heard = new RecordingOrders();
    var feed = fleet.closing(new OrderFeed(fleet.access(), controller, heard));
    feeds.add(feed);
    feed.start();
    feed.awaitSynced(TestFleet.PATIENCE);
    return heard;
  }

  private void publish(String exchange, byte[] body, @Nullable String id) throws Exception {
    fleet
        .channel()
        .basicPublish(
            exchange, "", true, new BasicProperties.Builder().messageId(id).build(), body);
  }
}
