package dev.warrener.messaging.broker;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.task.DeadReason;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * RabbitMQ, 3.10 and later. The arguments are the same for all of these versions, so that a broker
 * can be upgraded under its queues: those that a version does not know yet it ignores.
 */
final class RabbitDialect extends Dialect {
  /**
   * The most deliveries of a task. Never -1: on 3.10 that drops a message at its first return. And
   * without any limit 3.10 and 4.0 put a returned message at the tail.
   */
  private static final int DELIVERY_LIMIT = 1_000;

  /** The most deliveries of a dead letter. Each listing counts one; no letter may be dropped. */
  private static final int DEAD_DELIVERY_LIMIT = 1_000_000;

  /** The size of the log: about two million orders. The oldest segment is dropped first. */
  private static final long LOG_BYTES = 1_000_000_000L;

  private static final long LOG_SEGMENT_BYTES = 50_000_000L;

  /** The size of the stream of outcomes: some hundred thousand reports, previews included. */
  private static final long OUTCOME_BYTES = 200_000_000L;

  private static final long OUTCOME_SEGMENT_BYTES = 10_000_000L;

  /** The time that results wait for a publisher whose connection is lost: ten minutes. */
  private static final long REPLY_QUEUE_MILLIS = 600_000;

  private static final long CANCEL_SECONDS = 5;

  RabbitDialect(String product, String version) {
    super(product + " " + version);
  }

  @Override
  public boolean keepsOrders() {
    return true;
  }

  @Override
  public boolean hasTripwire() {
    return true;
  }

  @Override
  public boolean checksUserId() {
    return true;
  }

  @Override
  public boolean countsHeldMessages() {
    return false;
  }

  /**
   * Returns the arguments of a quorum queue, though the queue is always empty. A classic queue is
   * unavailable while its node of a cluster is down, and 4.3 then does not answer questions about
   * it.
   */
  @Override
  Map<String, Object> alwaysEmptyQueue() {
    return Map.of("x-queue-type", "quorum");
  }

  @Override
  Map<String, Object> orderLog() {
    return stream(LOG_BYTES, LOG_SEGMENT_BYTES);
  }

  @Override
  Map<String, Object> outcomeLog() {
    return stream(OUTCOME_BYTES, OUTCOME_SEGMENT_BYTES);
  }

  private static Map<String, Object> stream(long bytes, long segmentBytes) {
    return Map.of(
        "x-queue-type",
        "stream",
        "x-max-length-bytes",
        bytes,
        "x-stream-max-segment-size-bytes",
        segmentBytes);
  }

  @Override
  public Map<String, Object> outlivingReplyQueue() {
    return Map.of("x-queue-type", "classic", "x-expires", REPLY_QUEUE_MILLIS);
  }

  @Override
  Map<String, Object> taskQueue(Namespace namespace, String queue, QueueSettings settings) {
    var arguments = deadLettering(namespace, namespace.deadKey(queue));
    arguments.put("x-delivery-limit", DELIVERY_LIMIT);
    arguments.put("x-consumer-timeout", settings.consumerTimeout().toMillis());
    var maxLength = settings.maxLength();
    if (maxLength != null) {
      arguments.put("x-max-length", maxLength);
    }
    return arguments;
  }

  @Override
  Map<String, Object> deadQueue(Namespace namespace, String queue, QueueSettings settings) {
    return Map.of("x-queue-type", "quorum", "x-delivery-limit", DEAD_DELIVERY_LIMIT);
  }

  @Override
  Map<String, Object> retryQueue(Namespace namespace, String queue, int seconds) {
    var arguments = deadLettering(namespace, queue);
    arguments.put("x-delivery-limit", DELIVERY_LIMIT);
    arguments.put("x-message-ttl", seconds * 1_000L);
    return arguments;
  }

  /**
   * Returns the arguments for dead-lettering at least once. It takes all four: if one is missing,
   * the broker dead-letters at most once, without an error.
   */
  private static Map<String, Object> deadLettering(Namespace namespace, String routingKey) {
    var arguments = new HashMap<String, Object>();
    arguments.put("x-queue-type", "quorum");
    arguments.put("x-dead-letter-exchange", namespace.tasksExchange());
    arguments.put("x-dead-letter-routing-key", routingKey);
    arguments.put("x-dead-letter-strategy", "at-least-once");
    arguments.put("x-overflow", "reject-publish");
    return arguments;
  }

  @Override
  public DeadLetterMark unmarkedDeadLetter() {
    return new DeadLetterMark(DeadReason.FAILED, "nothing in it says why", null, null, null);
  }

  @Override
  public boolean settlesSeveralAtOnce() {
    return true;
  }

  @Override
  public boolean returnsAfterNack() {
    return false;
  }

  @Override
  public boolean purgeTakesHeldMessages() {
    return false;
  }

  /**
   * Consumes and cancels. Both go through the log of a quorum queue, behind the settlements; any
   * other request overtakes them. One waiting message may be delivered meanwhile, and is returned
   * at once. Measured in docs/decisions/0018.
   */
  @Override
  public void barrier(Channel channel, String queue) throws IOException {
    channel.basicQos(1);
    var probe = new Probe(channel);
    var tag = channel.basicConsume(queue, false, probe);
    channel.basicCancel(tag);
    try {
      if (!probe.ended.await(CANCEL_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("the client did not see the end of a consumer");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    for (long received : probe.received) {
      channel.basicNack(received, false, true);
    }
  }

  /** Collects deliveries. */
  private static final class Probe extends DefaultConsumer {
    private final Queue<Long> received = new ConcurrentLinkedQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);

    Probe(Channel channel) {
      super(channel);
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, BasicProperties properties, byte[] body) {
      received.add(envelope.getDeliveryTag());
    }

    @Override
    public void handleCancelOk(String tag) {
      ended.countDown();
    }
  }
}
