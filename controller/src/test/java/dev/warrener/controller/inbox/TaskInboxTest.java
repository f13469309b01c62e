package dev.warrener.controller.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.controller.fleet.Event;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.broker.TaskCodec;
import dev.warrener.messaging.broker.orders.ReceivedOrder;
import dev.warrener.messaging.broker.tasks.Delivery;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Task;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who is believed that a task was put back from the dead letters, and what is too large. */
class TaskInboxTest {
  private static final Instant REQUEUED = Instant.parse("2026-11-28T03:00:00Z");

  private final List<Event> events = new ArrayList<>();

  @Test
  void operatorIsBelieved() {
    assertThat(requeuedAt(trusting("ops"), "ops")).isEqualTo(REQUEUED);
  }

  @Test
  void publisherIsNotBelievedWithOrWithoutAUserId() {
    assertThat(requeuedAt(trusting("ops"), "publisher")).isNull();
    assertThat(requeuedAt(trusting("ops"), null)).isNull();
  }

  @Test
  void controllersOwnRetryIsBelieved() {
    assertThat(requeuedAt(trusting("ops"), "controller-h1")).isEqualTo(REQUEUED);
  }

  @Test
  void retryOfAnotherControllerIsBelieved() {
    var trusted = trusting("ops");
    trusted.notePresenceBy("controller-h2");

    assertThat(requeuedAt(trusted, "controller-h2")).isEqualTo(REQUEUED);
  }

  @Test
  void whoHasGivenAnOrderIsBelievedIfOperatorsAreNotListed() {
    var trusted = trusting();
    assertThat(requeuedAt(trusted, "ana")).isNull();

    order(trusted, "ana");

    assertThat(requeuedAt(trusted, "ana")).isEqualTo(REQUEUED);
  }

  @Test
  void whoHasGivenAnOrderAndIsNoOperatorIsNotBelieved() {
    var trusted = trusting("ops");

    order(trusted, "ana");

    assertThat(requeuedAt(trusted, "ana")).isNull();
  }

  @Test
  void taskThatHasWaitedInItsOwnRetryQueuesIsBelieved() {
    assertThat(requeuedAt(deaths("warrener.q.mail.retry.5", "warrener.q.mail.retry.1")))
        .isEqualTo(REQUEUED);
  }

  @Test
  void taskThatSomebodysQueueHasSentOnIsNotBelieved() {
    assertThat(requeuedAt(deaths("warrener.q.evil"))).isNull();
    assertThat(requeuedAt(deaths("warrener.q.video.retry.5"))).isNull();
    assertThat(requeuedAt(deaths("warrener.q.mail.retry.5", "warrener.q.evil"))).isNull();
    assertThat(requeuedAt(Map.of("x-first-death-queue", "warrener.q.mail.retry.5"))).isNull();
    assertThat(requeuedAt(Map.of("x-unreadable", "the header x-death"))).isNull();
  }

  private static Map<String, Object> deaths(String... queues) {
    return Map.of(
        "x-death",
        Stream.of(queues).map(queue -> Map.of("queue", queue, "reason", "expired")).toList());
  }

  @Test
  void taskThatFitsIntoNoFrameOfAWorkerIsInvalid() {
    deliver(1, 1_000);
    deliver(2, 1_001);

    assertThat(events.getFirst()).isInstanceOf(Event.Delivered.class);
    assertThat(events.getLast())
        .isInstanceOfSatisfying(
            Event.DeliveredInvalid.class,
            invalid ->
                assertThat(invalid.content().because())
                    .contains("its body has 1001 bytes, and a worker takes at most 1000"));
  }

  private void deliver(long tag, int bytes) {
    var task = Task.to("mail", "work").body(Body.of(new byte[bytes]), "text/plain").build();
    new TaskInbox(trusting(), Namespace.DEFAULT, events::add, 1_000)
        .delivered(new Delivery(1, "mail", 1, tag, false, task, TaskCodec.encode(task)));
  }

  private static TrustedUsers trusting(String... operators) {
    return new TrustedUsers("controller-h1", Set.of(operators));
  }

  private void order(TrustedUsers trusted, String user) {
    var order =
        Order.builder(OrderKind.ROLL_CALL, Scope.ALL)
            .issuedAt(REQUEUED)
            .expiresAt(REQUEUED)
            .build();
    new OrderInbox(Map::of, trusted, events::add)
        .ordered(new ReceivedOrder.Decoded(order, user, null, null));
    events.clear();
  }

  private @Nullable Instant requeuedAt(TrustedUsers trusted, @Nullable String user) {
    return requeuedAt(trusted, user, Map.of());
  }

  /** Returns what is believed of a task of an operator with these headers. */
  private @Nullable Instant requeuedAt(Map<String, Object> more) {
    return requeuedAt(trusting("ops"), "ops", more);
  }

  private @Nullable Instant requeuedAt(
      TrustedUsers trusted, @Nullable String user, Map<String, Object> more) {
    var headers = new HashMap<String, Object>(more);
    headers.put("x-requeued-at", REQUEUED.toString());
    var message =
        new Message(
            new BasicProperties.Builder()
                .messageId("t1")
                .type("work")
                .userId(user)
                .headers(headers)
                .build(),
            Body.EMPTY);
    events.clear();
    new TaskInbox(trusted, Namespace.DEFAULT, events::add)
        .delivered(
            new Delivery(1, "mail", 1, 1, false, TaskCodec.decode("mail", message), message));
    assertThat(events).hasSize(1);
    return events.getFirst() instanceof Event.Delivered(var _, Task task, var _, var _)
        ? task.requeuedAt()
        : null;
  }
}
