package dev.warrener.messaging.broker;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.Declaration.Binding;
import dev.warrener.messaging.broker.Declaration.Exchange;
import dev.warrener.messaging.broker.Declaration.Queue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The abilities of a broker, and its way of doing what others do differently: RabbitMQ by version,
 * or the embedded broker. All differences between brokers are here. Immutable.
 */
public abstract sealed class Dialect permits RabbitDialect, QpidDialect {
  private final String product;

  Dialect(String product) {
    this.product = product;
  }

  /** Returns the dialect of the broker at the other end of a connection. */
  public static Dialect of(Connection connection) {
    var properties = connection.getServerProperties();
    var product = String.valueOf(properties.getOrDefault("product", "unknown broker"));
    var version = String.valueOf(properties.getOrDefault("version", "of unknown version"));
    return product.contains("Qpid")
        ? new QpidDialect(version)
        : new RabbitDialect(product, version);
  }

  /** Returns the broker's name and version, for screens: {@code RabbitMQ 4.3.6}. */
  public final String product() {
    return product;
  }

  /** Whether orders are kept in a log that a controller reads when it connects. */
  public abstract boolean keepsOrders();

  /** Whether deleting the armed queue reaches every controller. */
  public abstract boolean hasTripwire();

  /** Whether the broker checks that {@code user_id} is the connected user. */
  public abstract boolean checksUserId();

  /** Whether a queue's count of messages includes those that a controller holds. */
  public abstract boolean countsHeldMessages();

  /** Returns the exchanges, queues and bindings of a fleet, except for its queues of tasks. */
  final List<Declaration> fleet(Namespace namespace) {
    var plan = new ArrayList<Declaration>();
    // In this order: a fleet is new as long as it has no running queue, and is never seen with that
    // and without the tripwire unless somebody has pulled it.
    plan.add(new Queue(namespace.armedQueue(), alwaysEmptyQueue()));
    plan.add(new Queue(namespace.runningQueue(), alwaysEmptyQueue()));
    plan.add(new Exchange(namespace.tasksExchange(), "direct"));
    plan.add(new Exchange(namespace.reportsExchange(), "topic"));
    if (keepsOrders()) {
      plan.add(new Queue(namespace.outcomesStream(), outcomeLog()));
      plan.add(new Binding(namespace.outcomesStream(), namespace.reportsExchange(), "kill.#"));
    }
    plan.add(new Exchange(namespace.resultsExchange(), "direct"));
    plan.add(new Exchange(namespace.logExchange(), "fanout"));
    if (keepsOrders()) {
      plan.add(new Queue(namespace.ordersStream(), orderLog()));
      plan.add(new Binding(namespace.ordersStream(), namespace.logExchange(), ""));
    }
    plan.add(new Exchange(namespace.killExchange(), "fanout"));
    if (keepsOrders()) {
      plan.add(new Binding(namespace.ordersStream(), namespace.killExchange(), ""));
    }
    return plan;
  }

  /** Returns the exchange, queue and binding that keep the names of the queues of tasks. */
  final List<Declaration> registry(Namespace namespace) {
    return List.of(
        new Exchange(namespace.registryExchange(), "fanout"),
        new Queue(namespace.queuesStream(), queueNames()),
        new Binding(namespace.queuesStream(), namespace.registryExchange(), ""));
  }

  /** Returns all queues, exchanges and bindings of one queue of tasks. */
  final List<Declaration> queue(Namespace namespace, String queue, QueueSettings settings) {
    var plan = new ArrayList<Declaration>();
    var tasks = namespace.tasksExchange();
    plan.add(new Exchange(tasks, "direct"));
    plan.addAll(routesBack(namespace, queue));
    plan.add(new Queue(namespace.deadQueue(queue), deadQueue(namespace, queue, settings)));
    plan.add(new Binding(namespace.deadQueue(queue), tasks, namespace.deadKey(queue)));
    plan.add(new Queue(namespace.taskQueue(queue), taskQueue(namespace, queue, settings)));
    plan.add(new Binding(namespace.taskQueue(queue), tasks, queue));
    for (int seconds : Namespace.RETRY_SECONDS) {
      var retry = namespace.retryQueue(queue, seconds);
      plan.add(new Queue(retry, retryQueue(namespace, queue, seconds)));
      plan.add(new Binding(retry, tasks, namespace.retryKey(queue, seconds)));
    }
    plan.addAll(bindingsBack(namespace, queue));
    return plan;
  }

  abstract Map<String, Object> alwaysEmptyQueue();

  abstract Map<String, Object> orderLog();

  abstract Map<String, Object> outcomeLog();

  abstract Map<String, Object> queueNames();

  abstract Map<String, Object> taskQueue(Namespace namespace, String queue, QueueSettings settings);

  abstract Map<String, Object> deadQueue(Namespace namespace, String queue, QueueSettings settings);

  abstract Map<String, Object> retryQueue(Namespace namespace, String queue, int seconds);

  /**
   * Returns the arguments of a reply queue that outlives its connection for a while, so that no
   * result is lost with a network; or null if a reply queue has to end with its connection.
   */
  public @Nullable Map<String, Object> outlivingReplyQueue() {
    return null;
  }

  /** Returns the exchanges that route messages which expire in a queue. */
  List<Declaration> routesBack(Namespace namespace, String queue) {
    return List.of();
  }

  /** Returns the bindings of {@link #routesBack}. */
  List<Declaration> bindingsBack(Namespace namespace, String queue) {
    return List.of();
  }

  /** Returns the properties as this broker wants them from a publisher. */
  public BasicProperties outgoing(BasicProperties properties) {
    return properties;
  }

  /** Returns the properties of a message that this broker delivered, as the contract has them. */
  public BasicProperties incoming(BasicProperties properties) {
    return properties;
  }

  /** Returns the reason of a dead letter whose headers name none. */
  public abstract DeadLetterMark unmarkedDeadLetter();

  /** Whether an unroutable message is first refused and then returned, instead of the reverse. */
  public abstract boolean returnsAfterNack();

  /** Whether one acknowledgement can stand for several deliveries. */
  public abstract boolean settlesSeveralAtOnce();

  /** Whether a purge takes messages that a consumer holds. */
  public abstract boolean purgeTakesHeldMessages();

  /**
   * Waits until the queue has taken every settlement that was sent on {@code channel} before. The
   * channel has no other consumer that could be served meanwhile.
   */
  public abstract void barrier(Channel channel, String queue) throws IOException;
}
