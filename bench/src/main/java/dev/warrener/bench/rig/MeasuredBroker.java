package dev.warrener.bench.rig;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.QueueSettings;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.testbroker.BrokerLimits;
import dev.warrener.testbroker.OwnBroker;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The broker that is measured on, with a namespace for this run only. All programs use the same
 * queues, declared as Warrener declares them. Closing removes everything that was declared. Used by
 * one thread.
 */
public final class MeasuredBroker implements AutoCloseable {
  private final URI uri;
  private final @Nullable OwnBroker own;
  private final Namespace namespace;
  private final Connection connection;
  private final Set<String> queues = new HashSet<>();

  private MeasuredBroker(URI uri, @Nullable OwnBroker own) throws IOException {
    this.uri = uri;
    this.own = own;
    namespace = new Namespace("bench-" + UUID.randomUUID().toString().substring(0, 8));
    connection = connect("bench");
    declare("fleet");
  }

  /**
   * Starts a broker, or connects to a running one.
   *
   * @param broker {@code private}, {@code docker}, or an address
   * @throws IllegalStateException if no broker can be started, with the reason
   */
  public static MeasuredBroker of(String broker) throws IOException {
    if (broker.startsWith("amqp")) {
      return new MeasuredBroker(URI.create(broker), null);
    }
    var own = OwnBroker.start(broker, BrokerLimits.OF_MEASURING);
    try {
      return new MeasuredBroker(own.uri(), own);
    } catch (IOException | RuntimeException e) {
      own.close();
      throw e;
    }
  }

  /** Opens another connection with this name. */
  public Connection connect(String name) throws IOException {
    var factory = new ConnectionFactory();
    try {
      factory.setUri(uri);
      factory.setAutomaticRecoveryEnabled(false);
      return factory.newConnection(name);
    } catch (TimeoutException e) {
      throw new IOException("the broker does not answer", e);
    } catch (GeneralSecurityException e) {
      throw new IOException("the broker's address can't be used", e);
    }
  }

  /** Returns product, version and place of the broker, for the page. */
  public String description() {
    var properties = connection.getServerProperties();
    return properties.get("product")
        + " "
        + properties.get("version")
        + (own == null
            ? ", already running"
            : own.description().contains("Docker") ? ", in Docker" : ", a private node")
        + ", on the same machine as everything else";
  }

  /** Returns the address, with its password. */
  public URI uri() {
    return uri;
  }

  /** Returns the namespace of this run's exchanges and queues. */
  public Namespace namespace() {
    return namespace;
  }

  /** Returns the access with which the parts of this project connect. */
  public BrokerAccess access() {
    return BrokerAccess.of(BrokerAddress.parse(uri.toString()), namespace, "bench");
  }

  /** Returns the connection of this program. */
  public Connection connection() {
    return connection;
  }

  /**
   * Declares a task queue as Warrener does, with its retry and dead-letter queues, and empties it.
   */
  public void declare(String queue) throws IOException {
    try (var session = BrokerSession.open(access())) {
      if (queues.isEmpty()) {
        session.topology().declareFleet();
      }
      session.topology().declareQueue(queue, QueueSettings.DEFAULT);
      queues.add(queue);
    }
    purge(queue);
  }

  /** Removes the messages that wait in a task queue. */
  public void purge(String queue) throws IOException {
    try (var channel = connection.createChannel()) {
      channel.queuePurge(namespace.taskQueue(queue));
    } catch (TimeoutException e) {
      throw new IOException("the broker does not answer", e);
    }
  }

  @Override
  public void close() {
    connection.abort();
    if (own != null) {
      own.close();
      return;
    }
    try (var session = BrokerSession.open(access())) {
      session.topology().removeFleet(List.copyOf(queues));
    } catch (BrokerException e) {
      // The figures are worth more than a clean end.
      System.err.println(
          "the exchanges and queues of the namespace "
              + namespace.name()
              + " could not be removed from the broker: "
              + e.getMessage());
    }
  }
}
