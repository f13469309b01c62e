package dev.warrener.messaging.broker.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.LinkSettings;
import dev.warrener.messaging.broker.QueueSettings;
import dev.warrener.messaging.broker.TestFleet;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.admin.DeadLetters;
import dev.warrener.messaging.broker.orders.OrderFeed;
import dev.warrener.messaging.broker.orders.OrderSender;
import dev.warrener.messaging.broker.orders.Orders;
import dev.warrener.messaging.broker.orders.ReceivedOrder;
import dev.warrener.messaging.broker.orders.RecordingOrders;
import dev.warrener.messaging.broker.publishing.ConfirmedPublisher;
import dev.warrener.messaging.broker.publishing.PublishOutcome;
import dev.warrener.messaging.broker.publishing.PublisherSettings;
import dev.warrener.messaging.task.Task;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.OwnBroker;
import dev.warrener.testbroker.TestBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens when the broker goes, hangs, or blocks publishers. */
@NeedsRabbitMq(
    value = "the embedded broker can't be killed alone, and has no alarms",
    with = Capability.FAULTS)
class BrokerLossIT {
  private static final Duration LOST_AFTER = Duration.ofSeconds(2);

  /** A broker that was killed needs longer than one that is there. */
  private static final Duration RESTART = Duration.ofSeconds(90);

  private static final LinkSettings QUICK = LinkSettings.DEFAULT.withLostAfter(LOST_AFTER);

  private static OwnBroker broker;

  private TestFleet fleet;

  @BeforeAll
  static void startBroker() {
    broker = TestBroker.own();
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void place() throws Exception {
    fleet = TestFleet.on(broker, QUICK);
    fleet.declare("mail");
  }

  @AfterEach
  void clear() {
    fleet.close();
  }

  @Test
  void deliveryOfALostConnectionIsStaleAndComesAgainOnTheNext() throws Exception {
    publish(3);
    var heard = new RecordingIntake();
    var intake = start(heard);
    intake.consume("mail", QueueSettings.DEFAULT, 10);
    var first = heard.take(3);

    broker.kill();
    var down = RecordingIntake.next(heard.downs);
    assertThat(down.generation()).isEqualTo(RecordingIntake.next(heard.ups));
    assertThat(intake.acknowledge(first.get(0))).isEqualTo(Settlement.STALE);
    assertThatThrownBy(() -> intake.consume("mail", QueueSettings.DEFAULT, 10))
        .isInstanceOf(BrokerUnreachableException.class);
    broker.start();

    long next = heard.ups.poll(RESTART.toSeconds(), TimeUnit.SECONDS);
    assertThat(next).isGreaterThan(down.generation());
    assertThat(heard.deliveries).as("nothing is consumed before it is asked for").isEmpty();
    intake.consume("mail", QueueSettings.DEFAULT, 10);
    var again = heard.take(3);
    assertThat(again)
        .allSatisfy(delivery -> {
          assertThat(delivery.generation()).isEqualTo(next);
          assertThat(delivery.redelivered()).isTrue();
        });
    assertThat(intake.acknowledge(first.get(1))).isEqualTo(Settlement.STALE);
    again.forEach(delivery -> assertThat(intake.acknowledge(delivery)).isEqualTo(Settlement.SENT));
    intake.cancel("mail");
    intake.barrier("mail");
  }

  @Test
  void brokerThatHangsIsDeclaredLostOnOurOwnClock() throws Exception {
    var heard = new RecordingIntake();
    var intake = start(heard);
    RecordingIntake.next(heard.ups);

    broker.pause();
    try {
      var down = RecordingIntake.next(heard.downs);

      assertThat(down.reason()).startsWith("the broker has not answered for");
      assertThat(down.silence()).isGreaterThan(LOST_AFTER);
      assertThatThrownBy(() -> intake.barrier("mail"))
          .isInstanceOf(BrokerUnreachableException.class);
    } finally {
      broker.resume();
    }
    assertThat(heard.ups.poll(RESTART.toSeconds(), TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void ordersGivenBeforeAReconnectAreReadAgainAfterIt() throws Exception {
    var heard = new RecordingOrders();
    var feed = fleet.closing(new OrderFeed(fleet.access(), "web-1", heard));
    feed.start();
    assertThat(RecordingIntake.next(heard.synced).log()).isEmpty();
    feed.setRunning(true);
    var order = Orders.killAll();
    try (var sender = OrderSender.open(fleet.access())) {
      sender.send(order, null, TestFleet.PATIENCE);
    }
    RecordingIntake.next(heard.orders);

    broker.kill();
    RecordingIntake.next(heard.downs);
    broker.start();

    var synced = heard.synced.poll(RESTART.toSeconds(), TimeUnit.SECONDS);
    assertThat(synced).isNotNull();
    assertThat(synced.tripped()).isFalse();
    assertThat(synced.log())
        .isNotEmpty()
        .allSatisfy(read -> assertThat(((ReceivedOrder.Decoded) read).order()).isEqualTo(order));
    try (var session = BrokerSession.open(fleet.access())) {
      await()
          .atMost(TestFleet.PATIENCE)
          .untilAsserted(() -> assertThat(session.probe().running()).isEqualTo(1));
    }
  }

  @Test
  void messagesThatWereCutOffArePublishedAgainAndNoneIsLost() throws Exception {
    var publisher = publisher(new PublisherSettings(2_000, 1 << 20, RESTART));
    var sent = new HashSet<String>();
    var outcomes = new ArrayList<CompletableFuture<PublishOutcome>>();
    for (int i = 0; i < 1500; i++) {
      if (i == 500) {
        broker.kill();
      }
      if (i == 600) {
        broker.start();
      }
      var task = Task.to("mail", "send").build();
      sent.add(task.id());
      outcomes.add(publisher.publish(task));
    }

    for (var outcome : outcomes) {
      assertThat(outcome.get()).isEqualTo(new PublishOutcome.Confirmed());
    }
    assertThat(drain()).containsAll(sent);
  }

  @Test
  void underAnAlarmPublishesEndInTimeAndSettlementsAndTheTripwireWork() throws Exception {
    var tasks = publish(4);
    var heard = new RecordingIntake();
    var intake = start(heard);
    intake.consume("mail", QueueSettings.DEFAULT, 2);
    var inHand = heard.take(2);
    var orders = new RecordingOrders();
    var feed = fleet.closing(new OrderFeed(fleet.access(), "web-1", orders));
    feed.start();
    feed.awaitSynced(TestFleet.PATIENCE);
    var blocked = new LinkedBlockingQueue<String>();
    var free = new LinkedBlockingQueue<Boolean>();
    var publisher =
        fleet.closing(
            new ConfirmedPublisher(
                fleet.access(),
                new PublisherSettings(2, 1 << 20, Duration.ofSeconds(3)),
                new ConfirmedPublisher.Listener() {
                  @Override
                  public void blocked(String reason) {
                    blocked.add(reason);
                  }

                  @Override
                  public void unblocked() {
                    free.add(true);
                  }
                }));
    publisher.start();
    publisher.awaitUp(TestFleet.PATIENCE);

    broker.raiseMemoryAlarm();
    try {
      var sent = publisher.publish(Task.to("mail", "send").build());
      assertThat(RecordingIntake.next(blocked)).contains("memory");
      var unsent = publisher.publish(Task.to("mail", "send").build());
      assertThat(sent.get()).isInstanceOf(PublishOutcome.Unknown.class);
      assertThat(unsent.get())
          .isInstanceOfSatisfying(
              PublishOutcome.Refused.class,
              refused -> assertThat(refused.because()).contains("blocks publishers now"));

      try (var sender = OrderSender.open(fleet.access())) {
        var receipt = sender.send(Orders.killAll(), null, Duration.ofSeconds(10));
        assertThat(receipt.blocked()).contains("memory");
        assertThat(receipt.signalled()).isFalse();
        assertThat(receipt.pending()).as("the broker has nothing of it").isFalse();
      }

      intake.cancel("mail");
      intake.acknowledge(inHand.get(0));
      intake.requeue(inHand.get(1));
      intake.barrier("mail");
      feed.setRunning(true);
      try (var session = BrokerSession.open(fleet.access())) {
        await()
            .atMost(TestFleet.PATIENCE)
            .untilAsserted(() -> assertThat(session.probe().running()).isEqualTo(1));
        assertThat(session.probe().pullTripwire()).isEqualTo(1);
      }
      RecordingIntake.next(orders.trips);
    } finally {
      broker.clearMemoryAlarm();
    }

    assertThat(RecordingIntake.next(free)).isTrue();
    assertThat(publisher.publish(Task.to("mail", "send").build()).get())
        .isEqualTo(new PublishOutcome.Confirmed());
    // The broker may have taken in what was unknown; what was acknowledged is gone.
    assertThat(drain()).doesNotContain(inHand.get(0).message().id()).hasSizeBetween(4, 7);
    assertThat(tasks).hasSize(4);
  }

  @Test
  void connectionThatWasBlockedForLongIsKeptWhenTheAlarmIsOver() throws Exception {
    var downs = new LinkedBlockingQueue<String>();
    var publisher =
        fleet.closing(
            new ConfirmedPublisher(
                fleet.access(),
                PublisherSettings.DEFAULT,
                new ConfirmedPublisher.Listener() {
                  @Override
                  public void down(long generation, String reason) {
                    downs.add(reason);
                  }
                }));
    publisher.start();
    publisher.awaitUp(TestFleet.PATIENCE);
    broker.raiseMemoryAlarm();
    CompletableFuture<PublishOutcome> sent;
    try {
      sent = publisher.publish(Task.to("mail", "send").build());
      await().atMost(TestFleet.PATIENCE).until(() -> publisher.blockedReason() != null);
      await("it is blocked for longer than a connection may be silent")
          .pollDelay(LOST_AFTER.multipliedBy(2))
          .until(() -> publisher.blockedReason() != null);
    } finally {
      broker.clearMemoryAlarm();
    }

    assertThat(sent.get(30, TimeUnit.SECONDS)).isEqualTo(new PublishOutcome.Confirmed());
    await("it is watched further")
        .pollDelay(LOST_AFTER)
        .until(() -> publisher.blockedReason() == null);
    assertThat(downs).isEmpty();
    assertThat(drain()).hasSize(1);
  }

  @Test
  void blockedPublisherIsClosedAtOnce() throws Exception {
    var publisher = publisher(PublisherSettings.DEFAULT);
    publisher.awaitUp(TestFleet.PATIENCE);
    broker.raiseMemoryAlarm();
    try {
      var outcomes = new ArrayList<CompletableFuture<PublishOutcome>>();
      for (int i = 0; i < 40; i++) {
        // Far more than the sockets between us take: the writing hangs.
        var body = "\"" + "x".repeat(1 << 20) + "\"";
        outcomes.add(publisher.publish(Task.to("mail", "send").json(body).build()));
      }
      await().atMost(TestFleet.PATIENCE).until(() -> publisher.blockedReason() != null);

      publisher.close();

      for (var outcome : outcomes) {
        assertThat(outcome.get(10, TimeUnit.SECONDS))
            .isNotInstanceOf(PublishOutcome.Confirmed.class);
      }
    } finally {
      broker.clearMemoryAlarm();
    }
  }

  @Test
  void deadLettersCountAsDroppedWhenTheBrokerHasDroppedThem() throws Exception {
    int count = 200;
    var settings = LinkSettings.DEFAULT;
    var patient =
        new LinkSettings(
            settings.connectTimeout(),
            TestFleet.PATIENCE,
            settings.heartbeat(),
            settings.watchdogInterval(),
            settings.lostAfter(),
            settings.firstBackoff(),
            settings.longestBackoff());
    var access = new BrokerAccess(fleet.access().address(), fleet.namespace(), "test", patient);
    var channel = fleet.channel();
    for (int i = 0; i < count; i++) {
      channel.basicPublish(
          fleet.namespace().tasksExchange(),
          "mail.dead",
          new AMQP.BasicProperties.Builder().messageId("t-" + i).type("send").build(),
          new byte[0]);
    }
    var dead = fleet.namespace().deadQueue("mail");
    await().atMost(TestFleet.PATIENCE).until(() -> fleet.messages(dead) == count);
    var held = new AtomicBoolean();
    try (var session = BrokerSession.open(access)) {
      var letters = session.deadLetters();
      var purge =
          CompletableFuture.supplyAsync(() ->
              letters.purge(
                  "mail",
                  count,
                  letter -> {
                    if (held.compareAndSet(false, true)) {
                      broker.holdWrites();
                    }
                    return true;
                  }));
      try {
        await().atMost(TestFleet.PATIENCE).until(held::get);

        await()
            .during(Duration.ofSeconds(1))
            .atMost(Duration.ofSeconds(2))
            .until(() -> !purge.isDone());
      } finally {
        broker.allowWrites();
      }

      assertThat(purge.get()).isEqualTo(new DeadLetters.Moved(count, List.of()));
      assertThat(letters.list("mail", count)).isEmpty();
    }
  }

  private ConfirmedPublisher publisher(PublisherSettings settings) {
    var publisher =
        fleet.closing(
            new ConfirmedPublisher(fleet.access(), settings, new ConfirmedPublisher.Listener() {}));
    publisher.start();
    return publisher;
  }

  private Set<String> publish(int count) throws Exception {
    var ids = new HashSet<String>();
    try (var publisher = publisher(PublisherSettings.DEFAULT)) {
      for (int i = 0; i < count; i++) {
        var task = Task.to("mail", "send").build();
        ids.add(task.id());
        assertThat(publisher.publish(task).get()).isEqualTo(new PublishOutcome.Confirmed());
      }
    }
    return ids;
  }

  private TaskIntake start(RecordingIntake heard) {
    var intake = fleet.closing(new TaskIntake(fleet.access(), heard));
    intake.start();
    intake.awaitUp(TestFleet.PATIENCE);
    return intake;
  }

  /** Takes all ids that wait in the queue, with a client that is not ours. */
  private Set<String> drain() throws Exception {
    var ids = new HashSet<String>();
    try (var connection = TestFleet.connect(fleet.vhost().uri());
        var channel = connection.createChannel()) {
      var queue = fleet.namespace().taskQueue("mail");
      for (var got = channel.basicGet(queue, true);
          got != null;
          got = channel.basicGet(queue, true)) {
        ids.add(got.getProps().getMessageId());
      }
    }
    return ids;
  }
}
