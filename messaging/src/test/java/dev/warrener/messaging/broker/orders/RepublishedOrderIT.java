package dev.warrener.messaging.broker.orders;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.messaging.broker.TestFleet;
import dev.warrener.messaging.broker.tasks.RecordingIntake;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.order.Order;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the broker itself publishes again, or routes on, keeps the {@code user_id} of whoever
 * published it first. Somebody else has sent it on, so as an order it is nobody's.
 */
@NeedsRabbitMq("the embedded broker vouches for no user, and keeps no log of orders")
class RepublishedOrderIT {
  private TestFleet fleet;
  private RecordingOrders heard;

  @BeforeEach
  void listen() throws Exception {
    fleet = TestFleet.fresh();
    heard = start("web-1");
    RecordingIntake.next(heard.synced);
  }

  @AfterEach
  void clear() {
    fleet.close();
  }

  private RecordingOrders start(String controller) {
    var orders = new RecordingOrders();
    var feed = fleet.closing(new OrderFeed(fleet.access(), controller, orders));
    feed.start();
    feed.awaitSynced(TestFleet.PATIENCE);
    return orders;
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "quorum"})
  void orderThatWasDeadLetteredHasNoUser(String type) throws Exception {
    var queue = fleet.namespace().taskQueue("laundry");
    fleet
        .channel()
        .queueDeclare(
            queue,
            true,
            false,
            false,
            Map.of(
                "x-queue-type",
                type,
                "x-message-ttl",
                1,
                "x-dead-letter-exchange",
                fleet.namespace().killExchange()));
    fleet.channel().queueBind(queue, fleet.namespace().tasksExchange(), "laundry");
    var order = Orders.killAll();

    publish(order, fleet.namespace().tasksExchange(), "laundry");

    requireNobodys(order);
  }

  @Test
  void orderThatABindingBroughtFromAnotherExchangeHasNoUser() throws Exception {
    fleet
        .channel()
        .exchangeBind(
            fleet.namespace().killExchange(), fleet.namespace().tasksExchange(), "relay");
    var order = Orders.killAll();

    publish(order, fleet.namespace().tasksExchange(), "relay");

    requireNobodys(order);
  }

  /**
   * The order arrives from the exchange, and on some brokers also from the log; an order that its
   * sender has published itself is last.
   */
  private void requireNobodys(Order order) throws Exception {
    requireNobodys(RecordingIntake.next(heard.orders), order);
    var own = Orders.killAll();
    publish(own, fleet.namespace().logExchange(), "");

    var arrived = new ArrayList<ReceivedOrder>();
    while (arrived.isEmpty() || !idOf(arrived.getLast()).equals(own.id())) {
      arrived.add(RecordingIntake.next(heard.orders));
    }
    requireNobodysExceptLast(arrived, order);
    requireNobodysExceptLast(RecordingIntake.next(start("web-2").synced).log(), order);
  }

  private void requireNobodysExceptLast(List<ReceivedOrder> arrived, Order order) {
    assertThat(arrived.getLast().userId()).isEqualTo(fleet.access().address().user());
    assertThat(arrived.subList(0, arrived.size() - 1))
        .allSatisfy(one -> requireNobodys(one, order));
  }

  private static String idOf(ReceivedOrder received) {
    return ((ReceivedOrder.Decoded) received).order().id();
  }

  private static void requireNobodys(ReceivedOrder received, Order order) {
    assertThat(((ReceivedOrder.Decoded) received).order()).isEqualTo(order);
    assertThat(received.userId()).isNull();
  }

  private void publish(Order order, String exchange, String key) throws Exception {
    fleet
        .channel()
        .basicPublish(
            exchange,
            key,
            new BasicProperties.Builder()
                .messageId(order.id())
                .deliveryMode(2)
                .userId(fleet.access().address().user())
                .build(),
            ContractJson.write(order));
  }
}
