package dev.warrener.messaging.broker;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.Declaration.Binding;
import dev.warrener.messaging.broker.Declaration.Exchange;
import dev.warrener.messaging.task.DeadReason;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Qpid Broker-J, the embedded broker. It refuses RabbitMQ's {@code x-} arguments, has no streams,
 * and tells no consumer that its queue was deleted. It routes expired messages by the key that they
 * were published with, so a fanout exchange for each target replaces the dead-letter routing key.
 */
final class QpidDialect extends Dialect {
  QpidDialect(String version) {
    super("Qpid Broker-J " + version);
  }

  @Override
  public boolean keepsOrders() {
    return false;
  }

  @Override
  public boolean hasTripwire() {
    return false;
  }

  @Override
  public boolean checksUserId() {
    return false;
  }

  @Override
  public boolean countsHeldMessages() {
    return true;
  }

  @Override
  Map<String, Object> alwaysEmptyQueue() {
    return Map.of();
  }

  @Override
  Map<String, Object> orderLog() {
    throw new UnsupportedOperationException("the embedded broker keeps no log of orders");
  }

  @Override
  Map<String, Object> outcomeLog() {
    throw new UnsupportedOperationException("the embedded broker keeps no reports");
  }

  /** Returns the argument of a queue that every consumer reads without taking anything out. */
  @Override
  Map<String, Object> queueNames() {
    return Map.of("ensureNondestructiveConsumers", true);
  }

  @Override
  Map<String, Object> taskQueue(Namespace namespace, String queue, QueueSettings settings) {
    var arguments = expiringInto(namespace.deadQueue(queue));
    var maxPriority = settings.maxPriority();
    if (maxPriority != null) {
      arguments.put("x-qpid-priorities", maxPriority + 1);
    }
    var maxLength = settings.maxLength();
    if (maxLength != null) {
      arguments.put("qpid.max_count", maxLength);
      arguments.put("qpid.policy_type", "REJECT");
    }
    return arguments;
  }

  /** Removes the expiration: an expired message keeps it, and would expire again at once. */
  @Override
  Map<String, Object> deadQueue(Namespace namespace, String queue, QueueSettings settings) {
    return Map.of("minimumMessageTtl", Duration.ofDays(36_500).toMillis());
  }

  @Override
  Map<String, Object> retryQueue(Namespace namespace, String queue, int seconds) {
    var arguments = expiringInto(namespace.taskQueue(queue));
    arguments.put("maximumMessageTtl", seconds * 1_000L);
    return arguments;
  }

  private static Map<String, Object> expiringInto(String exchange) {
    var arguments = new HashMap<String, Object>();
    arguments.put("alternateExchange", exchange);
    arguments.put("expiryPolicy", "ROUTE_TO_ALTERNATE");
    return arguments;
  }

  /** Returns exchanges that are named as the queues that they feed. */
  @Override
  List<Declaration> routesBack(Namespace namespace, String queue) {
    return List.of(
        new Exchange(namespace.taskQueue(queue), "fanout"),
        new Exchange(namespace.deadQueue(queue), "fanout"));
  }

  @Override
  List<Declaration> bindingsBack(Namespace namespace, String queue) {
    var bindings = new ArrayList<Declaration>();
    for (var name : List.of(namespace.taskQueue(queue), namespace.deadQueue(queue))) {
      bindings.add(new Binding(name, name, ""));
    }
    return bindings;
  }

  /** Writes the expiration as a time, in milliseconds since 1970, instead of a duration. */
  @Override
  public BasicProperties outgoing(BasicProperties properties) {
    var millis = millis(properties.getExpiration());
    return millis == null
        ? properties
        : properties
            .builder()
            .expiration(Long.toString(System.currentTimeMillis() + millis))
            .build();
  }

  @Override
  public BasicProperties incoming(BasicProperties properties) {
    var moment = millis(properties.getExpiration());
    return moment == null
        ? properties
        : properties
            .builder()
            .expiration(Long.toString(Math.max(0, moment - System.currentTimeMillis())))
            .build();
  }

  private static @Nullable Long millis(@Nullable String expiration) {
    try {
      return expiration == null ? null : Long.valueOf(expiration.strip());
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Returns "expired": this broker moves only expired messages, and adds no header. */
  @Override
  public DeadLetterMark unmarkedDeadLetter() {
    return new DeadLetterMark(
        DeadReason.EXPIRED, "it waited longer than its expiration", null, null, null);
  }

  @Override
  public boolean settlesSeveralAtOnce() {
    return false;
  }

  @Override
  public boolean returnsAfterNack() {
    return true;
  }

  @Override
  public boolean purgeTakesHeldMessages() {
    return true;
  }

  /** Sends any request: the channel answers it after it has settled all before. */
  @Override
  public void barrier(Channel channel, String queue) throws IOException {
    channel.queueDeclarePassive(queue);
  }
}
