package dev.warrener.messaging.broker.orders;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.LinkSession;
import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.broker.publishing.ConfirmedPublisher;
import dev.warrener.messaging.broker.publishing.PublishOutcome;
import dev.warrener.messaging.task.Body;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Tests whether an order connection still receives what is published. A cluster that was split can
 * have deleted a controller's queue on one side, while the connection on the other side looks well:
 * its node answers, and nobody cancels the consumer.
 *
 * <p>The controller publishes a small message to its own queue, over its publisher connection and
 * by a routing key that nobody else knows. The connection is lost if the broker knows no queue for
 * the key, or if it takes the message and does not deliver it in time. A broker that does not take
 * the message proves nothing: it may have an alarm. Thread-safe.
 */
final class Ear {
  private final BrokerAccess access;
  private final ConfirmedPublisher publisher;

  /** The time between two tests, and the limit on the way of each message. */
  private final Duration interval;

  Ear(BrokerAccess access, ConfirmedPublisher publisher) {
    this.access = access;
    this.publisher = publisher;
    // A controller's connection is lost after two thirds of the lease, or ten seconds.
    this.interval = access.settings().lostAfter().dividedBy(2);
  }

  /** Returns the time between two tests: a third of the lease, or five seconds if that is less. */
  Duration interval() {
    return interval;
  }

  /**
   * Tests a connection. Returns at once.
   *
   * @param later runs an action after {@link #interval}
   */
  void test(OrderConnection connection, Consumer<Runnable> later) {
    var key = connection.earKey();
    if (key == null || connection.isOver()) {
      return;
    }
    long sentAt = LinkSession.clock();
    var unused =
        publisher
            .force(access.namespace().tasksExchange(), key, message(), true, interval, true)
            .thenAccept(outcome -> {
              if (outcome instanceof PublishOutcome.Unroutable) {
                connection.deaf("the broker has no queue for its orders any more");
              } else if (outcome instanceof PublishOutcome.Confirmed) {
                later.accept(() -> judge(connection, sentAt));
              }
            });
  }

  private void judge(OrderConnection connection, long sentAt) {
    if (connection.heardNanos() < sentAt) {
      connection.deaf(
          "the broker took a message for it and did not deliver it within "
              + interval.toMillis()
              + " ms");
    }
  }

  private Message message() {
    return new Message(
        new BasicProperties.Builder().type("ear").userId(access.address().user()).build(),
        Body.EMPTY);
  }
}
