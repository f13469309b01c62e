package dev.warrener.messaging.broker.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.broker.LinkSettings;
import dev.warrener.messaging.broker.TestFleet;
import dev.warrener.messaging.broker.tasks.RecordingIntake;
import dev.warrener.testbroker.FrameProxy;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A sender of orders whose node of the broker freezes. */
class OrderSenderIT {
  /** How long the operators' commands try to send an order. */
  private static final Duration TIMEOUT = Duration.ofSeconds(6);

  private TestFleet fleet;
  private FrameProxy node;
  private FrameProxy other;

  /** Ends the freeze. */
  private final CountDownLatch healed = new CountDownLatch(1);

  @BeforeEach
  void place() throws Exception {
    fleet = TestFleet.fresh();
    fleet.declare();
    node = fleet.closing(new FrameProxy(fleet.vhost().uri()));
    other = fleet.closing(new FrameProxy(fleet.vhost().uri()));
    fleet.closing(healed::countDown);
  }

  @AfterEach
  void clear() {
    fleet.close();
  }

  private RecordingOrders start() {
    var orders = new RecordingOrders();
    var feed = fleet.closing(new OrderFeed(fleet.access(), "web-1", orders));
    feed.start();
    feed.awaitSynced(TestFleet.PATIENCE);
    return orders;
  }

  /** Returns an access to the two nodes, the one that freezes first. */
  private BrokerAccess nodes() {
    var first = BrokerAddress.parse(node.uri().toString());
    var second = BrokerAddress.parse(other.uri().toString());
    var both =
        new BrokerAddress(
            first.host(),
            first.port(),
            first.virtualHost(),
            first.user(),
            first.password(),
            false,
            List.of(new BrokerAddress.Node(second.host(), second.port())));
    return new BrokerAccess(both, fleet.namespace(), "test", LinkSettings.DEFAULT);
  }

  private void freeze() {
    node.gate(frame -> {
      healed.await();
      return true;
    });
  }

  @Test
  @NeedsRabbitMq("the embedded broker keeps no log of orders")
  void orderWhoseNodeFreezesAfterTheSenderConnectedIsSentOverAnotherNode() throws Exception {
    var controller = start();
    try (var sender = OrderSender.open(nodes())) {
      sender.prepare();
      freeze();
      var order = Orders.killAll();

      var receipt = sender.send(order, null, TIMEOUT);

      assertThat(receipt.logged()).as("%s", receipt).isTrue();
      assertThat(receipt.signalled()).as("%s", receipt).isTrue();
      assertThat(receipt.problem()).isNull();
      assertThat(((ReceivedOrder.Decoded) RecordingIntake.next(controller.orders)).order())
          .isEqualTo(order);
      // The next order has no delay.
      long begun = System.nanoTime();
      assertThat(sender.send(Orders.killAll(), null, TIMEOUT).signalled()).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMillis(1_500));
    }
  }
}
