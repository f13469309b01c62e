package dev.warrener.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.inbox.TaskInbox;
import dev.warrener.controller.inbox.TrustedUsers;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.broker.LinkSettings;
import dev.warrener.messaging.broker.QueueSettings;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.publishing.ConfirmedPublisher;
import dev.warrener.messaging.broker.publishing.PublishOutcome;
import dev.warrener.messaging.broker.publishing.PublisherSettings;
import dev.warrener.messaging.broker.tasks.TaskIntake;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.task.Task;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Settling at a broker. */
class TaskDeliveriesIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private Vhost vhost;
  private BrokerAccess access;
  private TaskIntake intake;
  private Timers timers;
  private TaskDeliveries deliveries;

  @BeforeEach
  void connect() {
    vhost = TestBroker.get().freshVhost();
    var address = BrokerAddress.parse(vhost.uri().toString());
    access =
        new BrokerAccess(address, new Namespace(vhost.namespace()), "test", LinkSettings.DEFAULT);
    try (var session = BrokerSession.open(access)) {
      session.topology().declareFleet();
      session.topology().declareQueue("mail", QueueSettings.DEFAULT);
      session.topology().declareQueue("big", QueueSettings.DEFAULT);
    }
    var inbox =
        new TaskInbox(new TrustedUsers(address.user(), Set.of()), access.namespace(), events::add);
    intake = new TaskIntake(access, inbox);
    timers = new Timers(events::add);
    deliveries = new TaskDeliveries(intake, inbox, timers, events::add);
    intake.start();
    intake.awaitUp(PATIENCE);
  }

  @AfterEach
  void close() {
    deliveries.finish(PATIENCE);
    timers.close();
    intake.close();
    vhost.close();
  }

  @Test
  void queueWhoseWaitingTasksAreBeingMovedHoldsUpNoOtherQueue() throws Exception {
    publish("mail", 1);
    publish("big", 3);
    long generation = next(Event.BrokerUp.class).generation();
    deliveries.consume(new Effect.Consume("mail", 1), generation);
    var delivered = next(Event.Delivered.class);
    var copies = new CompletableFuture<PublishOutcome>();

    deliveries.sweep(
        new Effect.DeadLetterBacklog(1, "big", kill("big"), Map.of()), delivery -> copies);
    deliveries.cancel("mail");
    deliveries.acknowledge(delivered.key());
    deliveries.barrier(new Effect.Barrier(2, "mail"));

    assertThat(next(Event.BarrierPassed.class).token()).isEqualTo(2);
    deliveries.purge(
        new Effect.PurgeBacklog(3, "mail", kill("mail")),
        delivery -> CompletableFuture.completedFuture(true));
    assertThat(next(Event.BacklogDone.class)).isEqualTo(new Event.BacklogDone(3, 0));

    copies.complete(new PublishOutcome.Confirmed());
    assertThat(next(Event.BacklogDone.class)).isEqualTo(new Event.BacklogDone(1, 3));
  }

  private static Order kill(String queue) {
    var now = Instant.now();
    return Order.builder(OrderKind.KILL, Scope.ofQueue(queue))
        .inFlight(InFlight.REQUEUE)
        .backlog(Backlog.DEAD_LETTER)
        .then(Then.HOLD)
        .reason("a test")
        .issuedBy("ana")
        .issuedAt(now)
        .expiresAt(now.plusSeconds(60))
        .build();
  }

  private void publish(String queue, int count) throws Exception {
    try (var publisher =
        new ConfirmedPublisher(
            access, PublisherSettings.DEFAULT, new ConfirmedPublisher.Listener() {})) {
      publisher.start();
      publisher.awaitUp(PATIENCE);
      for (int i = 0; i < count; i++) {
        assertThat(publisher.publish(Task.to(queue, "work").build()).get())
            .isEqualTo(new PublishOutcome.Confirmed());
      }
    }
  }

  private <T extends Event> T next(Class<T> type) throws InterruptedException {
    var event = events.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(event).isInstanceOf(type);
    return type.cast(event);
  }
}
