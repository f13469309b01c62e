package dev.warrener.bench.rig;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.BrokerSession;
import dev.warrener.messaging.broker.QueueSettings;
import dev.warrener.testbroker.OwnBroker;
import dev.warrener.testbroker.Room;
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
 * The broker that is measured on, and a namespace of this run's own there. All subjects use the
 * same queues, declared as Warrener declares them. What was declared is removed at the end. Used by
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
   * Goes there.
   *
   * @param broker {@code private}, {@code docker}, or an address
   * @throws IllegalStateException if none can be had there, with the reason
   */
  public static MeasuredBroker of(String broker) throws IOException {
    if (broker.startsWith("amqp")) {
      return new MeasuredBroker(URI.create(broker), null);
    }
    var own = OwnBroker.start(broker, Room.OF_MEASURING);
    try {
      return new MeasuredBroker(own.uri(), own);
    } catch (IOException | RuntimeException e) {
      own.close();
      throw e;
    }
  }

  /** Makes another connection, named {@code name}. */
  public Connection connect(String name) throws IOException {
    var factory = new ConnectionFactory();
    try {
      factory.setUri(uri);
      factory.setAutomaticRecoveryEnabled(false);
      return factory.newConnection(name);
    } catch (TimeoutException e) {
      throw new IOException("the broker does not answer", e);
    } catch (GeneralSecurityException e) {
      throw new IOException("the address can't be used", e);
    }
  }

  /** What the broker is, for the page: product and version, and whose it is. */
  public String description() {
    var properties = connection.getServerProperties();
    return properties.get("product")
        + " "
        + properties.get("version")
        + (own == null
            ? ", given"
            : own.description().contains("Docker") ? ", in Docker" : ", a private node")
        + ", on the same machine as all else";
  }

  /** The address, with the password. */
  public URI uri() {
    return uri;
  }

  /** Where this run's exchanges and queues are. */
  public Namespace namespace() {
    return namespace;
  }

  /** How the programs of this project reach it. */
  public BrokerAccess access() {
    return BrokerAccess.of(BrokerAddress.parse(uri.toString()), namespace, "bench");
  }

  /** Our own connection. */
  public Connection connection() {
    return connection;
  }

  /** Declares a queue of tasks, with all that Warrener declares with it, and makes it empty. */
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

  /** Empties a queue of what waits there. */
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
      // What was measured is worth more than a clean end.
      System.err.println(
          "what this run declared is still at the broker, in the namespace "
              + namespace.name()
              + ": "
              + e.getMessage());
    }
  }
}
