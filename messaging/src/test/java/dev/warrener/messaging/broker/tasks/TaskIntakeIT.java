package dev.warrener.messaging.broker.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.QueueSettings;
import dev.warrener.messaging.broker.TaskCodec;
import dev.warrener.messaging.broker.TestFleet;
import dev.warrener.messaging.broker.publishing.ConfirmedPublisher;
import dev.warrener.messaging.broker.publishing.PublishOutcome;
import dev.warrener.messaging.broker.publishing.PublisherSettings;
import dev.warrener.messaging.task.InvalidTask;
import dev.warrener.messaging.task.Task;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TaskIntakeIT {
  private TestFleet fleet;
  private RecordingIntake heard;
  private TaskIntake intake;
  private ConfirmedPublisher publisher;

  @BeforeEach
  void connect() throws Exception {
    fleet = TestFleet.fresh();
    fleet.declare("mail");
    heard = new RecordingIntake();
    intake = fleet.closing(new TaskIntake(fleet.access(), heard));
    intake.start();
    intake.awaitUp(TestFleet.PATIENCE);
    publisher =
        fleet.closing(
            new ConfirmedPublisher(
                fleet.access(), PublisherSettings.DEFAULT, new ConfirmedPublisher.Listener() {}));
    publisher.start();
  }

  @AfterEach
  void clear() throws Exception {
    fleet.close();
  }

  @Test
  void taskIsDeliveredAndGoneWhenItIsAcknowledged() throws Exception {
    var task = publish(1).get(0);

    intake.consume("mail", QueueSettings.DEFAULT, 10);
    var delivery = heard.take(1).get(0);

    assertThat(((Task) delivery.content()).id()).isEqualTo(task.id());
    assertThat(delivery.redelivered()).isFalse();
    assertThat(intake.acknowledge(delivery)).isEqualTo(Settlement.SENT);
    intake.cancel("mail");
    intake.barrier("mail");
    intake.close();
    assertThat(fleet.messages(fleet.namespace().taskQueue("mail"))).isZero();
  }

  @Test
  void consumingDeclaresTheQueue() throws Exception {
    intake.consume("new", QueueSettings.DEFAULT, 1);

    var task = Task.to("new", "send").build();
    assertThat(publisher.publish(task).get()).isEqualTo(new PublishOutcome.Confirmed());
    assertThat(heard.take(1).get(0).message().id()).isEqualTo(task.id());
  }

  @Test
  void messageThatBreaksTheContractIsDeliveredAsInvalid() throws Exception {
    var properties = new BasicProperties.Builder().messageId("t-1").build();
    fleet
        .channel()
        .basicPublish(
            fleet.namespace().tasksExchange(),
            "mail",
            properties,
            "{}".getBytes(StandardCharsets.UTF_8));

    intake.consume("mail", QueueSettings.DEFAULT, 1);

    assertThat(heard.take(1).get(0).content())
        .isInstanceOfSatisfying(
            InvalidTask.class, invalid -> assertThat(invalid.because()).contains("type"));
  }

  @Test
  void noMoreThanTheLookAheadIsHandedOut() throws Exception {
    publish(6);

    intake.consume("mail", QueueSettings.DEFAULT, 2);
    heard.take(2);

    // The order of one connection: what was to come before the answer to this request has come.
    intake.cancel("mail");
    assertThat(heard.deliveries).isEmpty();
  }

  @Test
  void lookAheadIsChangedWithoutLosingWhatIsInHand() throws Exception {
    publish(6);
    intake.consume("mail", QueueSettings.DEFAULT, 1);
    var first = heard.take(1).get(0);

    intake.consume("mail", QueueSettings.DEFAULT, 4);

    var others = heard.take(3);
    assertThat(intake.acknowledge(first)).isEqualTo(Settlement.SENT);
    others.forEach(other -> assertThat(intake.acknowledge(other)).isEqualTo(Settlement.SENT));
    heard.take(2);
  }

  @Test
  void whatIsInHandCountsWhenFewerAreWanted() throws Exception {
    publish(8);
    intake.consume("mail", QueueSettings.DEFAULT, 4);
    var inHand = heard.take(4);

    intake.consume("mail", QueueSettings.DEFAULT, 2);
    for (var delivery : inHand.subList(2, 4)) {
      assertThat(intake.requeue(delivery)).isEqualTo(Settlement.SENT);
    }
    intake.barrier("mail");

    assertThat(heard.deliveries).as("what was handed back").isEmpty();
    for (var delivery : inHand.subList(0, 2)) {
      assertThat(intake.acknowledge(delivery)).isEqualTo(Settlement.SENT);
    }
    heard.take(2);
    intake.cancel("mail");
    assertThat(heard.deliveries).isEmpty();
  }

  @Test
  void afterACancelNothingIsDeliveredAndWhatIsInHandCanBeHandedBackInOrder() throws Exception {
    var tasks = publish(5);
    intake.consume("mail", QueueSettings.DEFAULT, 3);
    var inHand = heard.take(3);

    intake.cancel("mail");
    inHand.forEach(delivery -> assertThat(intake.requeue(delivery)).isEqualTo(Settlement.SENT));
    intake.barrier("mail");

    assertThat(heard.deliveries).isEmpty();
    awaitMessages(5);
    intake.consume("mail", QueueSettings.DEFAULT, 5);
    assertThat(heard.take(5))
        .extracting(delivery -> delivery.message().id())
        .containsExactlyInAnyOrderElementsOf(tasks.stream().map(Task::id).toList());
  }

  @Test
  void handingBackDoesNotChargeAnAttempt() throws Exception {
    publish(1);
    for (int round = 0; round < 3; round++) {
      intake.consume("mail", QueueSettings.DEFAULT, 1);
      var delivery = heard.take(1).get(0);
      assertThat(((Task) delivery.content()).attempt()).isEqualTo(1);
      intake.cancel("mail");
      intake.requeue(delivery);
      intake.barrier("mail");
    }
  }

  @Test
  void severalThatAreAcknowledgedTogetherAreGoneAndTheOthersAreNot() throws Exception {
    var tasks = publish(8);
    intake.consume("mail", QueueSettings.DEFAULT, 6);
    var inHand = heard.take(6);

    // The first three, which nothing older stands before, and one that has an older before it.
    intake.acknowledge(List.of(inHand.get(1), inHand.get(4), inHand.get(0), inHand.get(2)));

    heard.take(2);
    intake.cancel("mail");
    intake.barrier("mail");
    assertThatThrownBy(() -> intake.acknowledge(List.of(inHand.get(2), inHand.get(3))))
        .isInstanceOf(IllegalStateException.class);
    intake.close();
    awaitMessages(4);
    assertThat(idsOfWaiting(4))
        .containsExactlyInAnyOrder(
            tasks.get(3).id(), tasks.get(5).id(), tasks.get(6).id(), tasks.get(7).id());
  }

  @Test
  @NeedsRabbitMq("the embedded broker settles one by one")
  void onlyThoseAreAcknowledgedBeforeWhichNothingIsLeftIfThatIsAskedFor() throws Exception {
    var tasks = publish(5);
    intake.consume("mail", QueueSettings.DEFAULT, 5);
    var inHand = heard.take(5);

    var rest = intake.acknowledgeOldest(List.of(inHand.get(3), inHand.get(1), inHand.get(0)));

    assertThat(rest).containsExactly(inHand.get(3));
    assertThat(intake.acknowledgeOldest(List.of(inHand.get(2)))).isEmpty();
    intake.acknowledge(rest);
    intake.cancel("mail");
    intake.barrier("mail");
    intake.close();
    awaitMessages(1);
    assertThat(idsOfWaiting(1)).containsExactly(tasks.get(4).id());
  }

  @Test
  void settlingTwiceIsAnError() throws Exception {
    publish(1);
    intake.consume("mail", QueueSettings.DEFAULT, 1);
    var delivery = heard.take(1).get(0);
    intake.acknowledge(delivery);

    assertThatThrownBy(() -> intake.requeue(delivery))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("was settled before");
  }

  @Test
  void purgeDropsWhatWaitsAndNotWhatIsInHand() throws Exception {
    publish(5);
    publishTo("mail.retry.600", 2);
    intake.consume("mail", QueueSettings.DEFAULT, 2);
    var inHand = heard.take(2);
    intake.cancel("mail");

    var read = new ArrayList<@Nullable String>();

    assertThat(purge(read, TestFleet.PATIENCE)).isEqualTo(new TaskIntake.Purged(5, 0));

    assertThat(read).hasSize(5).doesNotHaveDuplicates();
    inHand.forEach(intake::requeue);
    intake.barrier("mail");
    awaitMessages(2);
  }

  @Test
  void purgeThatHasNoTimeToReadDropsTheRestAndSaysHowMany() throws Exception {
    publish(300);
    publishTo("mail.retry.600", 2);
    var read = new ArrayList<@Nullable String>();

    var purged = purge(read, Duration.ZERO);

    assertThat(purged.dropped()).isEqualTo(302);
    assertThat(purged.unread()).isEqualTo(302 - read.size()).isPositive();
    assertThat(read).isNotEmpty().doesNotHaveDuplicates();
    awaitMessages(0);
  }

  private TaskIntake.Purged purge(List<@Nullable String> read, Duration patience) {
    return intake.purge(
        "mail",
        delivery -> {
          read.add(delivery.message().id());
          return CompletableFuture.completedFuture(true);
        },
        patience);
  }

  @Test
  void purgeOfAnUnknownQueueIsAnError() {
    assertThatThrownBy(() ->
            intake.purge(
                "nowhere", delivery -> CompletableFuture.completedFuture(true), Duration.ZERO))
        .isInstanceOf(NoSuchQueueException.class)
        .hasMessageContaining("queue nowhere does not exist");
  }

  @Test
  void sweepMovesWhatWaitsInTheQueueAndItsRetryQueues() throws Exception {
    publish(250);
    publishTo("mail.retry.600", 3);
    var seen = new ConcurrentLinkedQueue<String>();

    var swept =
        intake.sweep(
            "mail",
            delivery -> {
              seen.add(String.valueOf(delivery.message().id()));
              return publisher
                  .publish(fleet.namespace().tasksExchange(), "mail.dead", delivery.message())
                  .thenApply(outcome ->
                      outcome instanceof PublishOutcome.Confirmed
                          ? TaskIntake.Moved.COPIED
                          : TaskIntake.Moved.FAILED);
            });

    assertThat(swept).isEqualTo(new TaskIntake.Swept(253, true));
    assertThat(seen).hasSize(253).doesNotHaveDuplicates();
    awaitMessages(0);
    assertThat(fleet.messages(fleet.namespace().deadQueue("mail"))).isEqualTo(253);
  }

  @Test
  void sweepStopsAtTheFirstThatCouldNotBeMovedAndLosesNone() throws Exception {
    publish(20);
    var count = new java.util.concurrent.atomic.AtomicInteger();

    var swept =
        intake.sweep(
            "mail",
            delivery ->
                CompletableFuture.completedFuture(
                    count.incrementAndGet() == 8
                        ? TaskIntake.Moved.FAILED
                        : TaskIntake.Moved.COPIED));

    assertThat(swept.complete()).isFalse();
    assertThat(swept.moved()).isGreaterThanOrEqualTo(7);
    awaitMessages(20 - (int) swept.moved());
  }

  @Test
  @NeedsRabbitMq("the embedded broker tells no consumer that its queue was deleted")
  void deletedQueueEndsTheConsumptionAndItsDeliveriesAreStale() throws Exception {
    publish(1);
    intake.consume("mail", QueueSettings.DEFAULT, 1);
    var delivery = heard.take(1).get(0);

    fleet.channel().queueDelete(fleet.namespace().taskQueue("mail"));

    assertThat(RecordingIntake.next(heard.ended).queue()).isEqualTo("mail");
    assertThat(intake.acknowledge(delivery)).isEqualTo(Settlement.STALE);
    intake.consume("mail", QueueSettings.DEFAULT, 1);
    var task = publish(1).get(0);
    var again = heard.take(1).get(0);
    assertThat(again.message().id()).isEqualTo(task.id());
    assertThat(again.channel()).isEqualTo(2);
    assertThat(intake.acknowledge(again)).isEqualTo(Settlement.SENT);
  }

  @Test
  void withoutAConnectionRequestsFailAndSettlementsAreStale() throws Exception {
    publish(1);
    intake.consume("mail", QueueSettings.DEFAULT, 1);
    var delivery = heard.take(1).get(0);
    intake.close();

    assertThat(intake.acknowledge(delivery)).isEqualTo(Settlement.STALE);
    assertThatThrownBy(() -> intake.consume("mail", QueueSettings.DEFAULT, 1))
        .isInstanceOf(BrokerUnreachableException.class);
    assertThat(RecordingIntake.next(heard.downs).reason()).isEqualTo("closed");
    awaitMessages(1);
  }

  private List<Task> publish(int count) throws Exception {
    return publishTo("mail", count);
  }

  private List<Task> publishTo(String key, int count) throws Exception {
    var tasks = new ArrayList<Task>();
    var outcomes = new ArrayList<CompletableFuture<PublishOutcome>>();
    for (int i = 0; i < count; i++) {
      var task = Task.to("mail", "send").build();
      tasks.add(task);
      outcomes.add(
          publisher.publish(fleet.namespace().tasksExchange(), key, TaskCodec.encode(task)));
    }
    for (var outcome : outcomes) {
      assertThat(outcome.get()).isEqualTo(new PublishOutcome.Confirmed());
    }
    return tasks;
  }

  private List<String> idsOfWaiting(int count) throws Exception {
    var ids = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      var got = fleet.channel().basicGet(fleet.namespace().taskQueue("mail"), false);
      ids.add(got.getProps().getMessageId());
    }
    return ids;
  }

  private void awaitMessages(int expected) {
    await()
        .atMost(TestFleet.PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(() ->
            assertThat(fleet.messages(fleet.namespace().taskQueue("mail"))).isEqualTo(expected));
  }
}
