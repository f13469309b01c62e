package dev.warrener.messaging.broker.orders;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.TestFleet;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.tasks.RecordingIntake;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.ReportKeys;
import dev.warrener.testbroker.FrameProxy;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.hostile.HostileMessages;
import dev.warrener.testbroker.hostile.PropertyWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The log of orders is read whole or not at all, however the broker and the network behave. */
@NeedsRabbitMq("the embedded broker keeps no log of orders")
class OrderLogReadingIT {
  /** More than twice as long as an empty log could once be told from. */
  private static final long SLOW_MILLIS = 1_200;

  private TestFleet fleet;
  private FrameProxy proxy;

  @BeforeEach
  void place() throws Exception {
    fleet = TestFleet.fresh();
    fleet.declare();
    proxy = fleet.closing(new FrameProxy(fleet.vhost().uri()));
  }

  @AfterEach
  void clear() {
    fleet.close();
  }

  @Test
  void logWhoseFirstMessageIsLateIsReadWhole() throws Exception {
    var sent = publishOrders(3);
    proxy.gate(slowAtFirstDeliveryOfEachChannel());

    var heard = start();

    assertThat(ids(RecordingIntake.next(heard.synced).log())).containsExactlyElementsOf(sent);
    assertThat(heard.orders).isEmpty();
  }

  @Test
  void logWhoseMessagesAreFarApartIsReadWhole() throws Exception {
    var sent = publishOrders(8);
    proxy.gate(frame -> {
      if (frame.method() == FrameProxy.DELIVER) {
        Thread.sleep(100);
      }
      return true;
    });

    var heard = start();

    assertThat(ids(RecordingIntake.next(heard.synced).log())).containsExactlyElementsOf(sent);
    assertThat(heard.orders).isEmpty();
  }

  @Test
  void longLogOfOneBurstIsReadWhole() throws Exception {
    var sent = publishOrders(3_000);

    var heard = start();

    assertThat(ids(RecordingIntake.next(heard.synced).log())).containsExactlyElementsOf(sent);
    assertThat(heard.orders).isEmpty();
  }

  @Test
  void emptyLogIsKnownToBeEmptyWithoutWaiting() throws Exception {
    long began = System.nanoTime();
    try (var session = BrokerSession.open(fleet.access())) {
      for (int i = 0; i < 20; i++) {
        assertThat(session.orders()).isEmpty();
      }
    }

    // A wait of half a second for each would be ten seconds.
    assertThat(System.nanoTime() - began).isLessThan(8_000_000_000L);
  }

  @Test
  void logIsNotHandedOverByAConnectionThatIsCutWithinIt() throws Exception {
    var sent = publishOrders(40);
    var deliveries = new AtomicInteger();
    proxy.gate(frame -> frame.method() != FrameProxy.DELIVER || deliveries.incrementAndGet() != 30);

    var heard = start();

    var synced = RecordingIntake.next(heard.synced);
    assertThat(synced.generation()).isGreaterThan(1);
    assertThat(ids(synced.log())).containsExactlyElementsOf(sent);
    assertThat(heard.synced).isEmpty();
  }

  @Test
  void foreignMessagesInTheLogHideNoOrderAndNoEnd() throws Exception {
    var first = publishOrders(1);
    publish(null, "{}".getBytes(StandardCharsets.UTF_8));
    publish(
        new BasicProperties.Builder().headers(Map.of("x-stream-offset", 1_000_000L)).build(),
        new byte[0]);
    publish(
        new BasicProperties.Builder().headers(Map.of("x-stream-offset", "first")).build(),
        new byte[] {1, 2, 3});
    var second = publishOrders(1);
    publish(
        new PropertyWriter().header("a", PropertyWriter.nestedTables(200)).build(), new byte[0]);
    var full = new PropertyWriter();
    int left = HostileMessages.LARGEST - full.build().encoded().length;
    publish(full.header("f", PropertyWriter.string(new byte[left - 11])).build(), new byte[9]);

    var heard = start();

    var log = RecordingIntake.next(heard.synced).log();
    assertThat(log).hasSize(7);
    assertThat(log).extracting(ReceivedOrder::offset).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L);
    assertThat(ids(log)).containsExactly(first.get(0), second.get(0));
    var third = publishOrders(1);
    var later = (ReceivedOrder.Decoded) RecordingIntake.next(heard.orders);
    assertThat(later.order().id()).isEqualTo(third.get(0));
    assertThat(later.offset()).isEqualTo(7L);
  }

  @Test
  void broadcastThatClaimsAPlaceInTheLogIsABroadcast() throws Exception {
    var heard = start();
    RecordingIntake.next(heard.synced);
    var order = Orders.killAll();

    fleet
        .channel()
        .basicPublish(
            "",
            fleet.namespace().controllerQueue("web-1"),
            new BasicProperties.Builder().headers(Map.of("x-stream-offset", 3L)).build(),
            ContractJson.write(order));

    var received = (ReceivedOrder.Decoded) RecordingIntake.next(heard.orders);
    assertThat(received.order()).isEqualTo(order);
    assertThat(received.offset()).isNull();
  }

  @Test
  void whatWasReportedAboutOrdersIsReadWholeWhenItComesLate() throws Exception {
    var order = Orders.killAll();
    var channel = fleet.channel();
    channel.confirmSelect();
    for (int i = 1; i <= 5; i++) {
      var header = new Report.Header(order.id(), "web-" + i, "host", Instant.now(), 1);
      Report report = header.refused("a test");
      channel.basicPublish(
          fleet.namespace().reportsExchange(),
          ReportKeys.of(report),
          null,
          ContractJson.write(report));
    }
    channel.waitForConfirmsOrDie(TestFleet.PATIENCE.toMillis());
    proxy.gate(slowAtFirstDeliveryOfEachChannel());

    try (var session = BrokerSession.open(access())) {
      assertThat(session.outcomes(Instant.now().minusSeconds(60))).hasSize(5);
    }
  }

  private static FrameProxy.Gate slowAtFirstDeliveryOfEachChannel() {
    Set<List<Integer>> slowed = ConcurrentHashMap.newKeySet();
    return frame -> {
      if (frame.method() == FrameProxy.DELIVER
          && slowed.add(List.of(frame.connection(), frame.channel()))) {
        Thread.sleep(SLOW_MILLIS);
      }
      return true;
    };
  }

  private BrokerAccess access() {
    return fleet.access(proxy.uri());
  }

  private RecordingOrders start() {
    var heard = new RecordingOrders();
    var feed = fleet.closing(new OrderFeed(access(), "web-1", heard));
    feed.start();
    feed.awaitSynced(TestFleet.PATIENCE);
    return heard;
  }

  /** Puts orders in the log alone, in one burst. */
  private List<String> publishOrders(int count) throws Exception {
    var channel = fleet.channel();
    channel.confirmSelect();
    var ids = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      var order = Orders.killAll();
      ids.add(order.id());
      channel.basicPublish(
          fleet.namespace().logExchange(), "", true, null, ContractJson.write(order));
    }
    channel.waitForConfirmsOrDie(TestFleet.PATIENCE.toMillis());
    channel.abort();
    return ids;
  }

  private void publish(@Nullable BasicProperties properties, byte[] body) throws Exception {
    var channel = fleet.channel();
    channel.confirmSelect();
    channel.basicPublish(fleet.namespace().logExchange(), "", true, properties, body);
    channel.waitForConfirmsOrDie(TestFleet.PATIENCE.toMillis());
    channel.abort();
  }

  private static List<String> ids(List<ReceivedOrder> log) {
    return log.stream()
        .filter(ReceivedOrder.Decoded.class::isInstance)
        .map(order -> ((ReceivedOrder.Decoded) order).order().id())
        .toList();
  }
}
