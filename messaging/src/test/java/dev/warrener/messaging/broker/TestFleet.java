package dev.warrener.messaging.broker;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.publishing.ConfirmedPublisher;
import dev.warrener.messaging.broker.publishing.PublisherSettings;
import dev.warrener.messaging.broker.reports.Reporter;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeoutException;

/** A place for one fleet at the tests' broker, and a foreign client that looks at it. */
public final class TestFleet implements AutoCloseable {
  /** How long a test waits for something that comes. Long: the machine may be busy. */
  public static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Vhost vhost;
  private final BrokerAccess access;
  private final Connection observer;
  private final Deque<AutoCloseable> closers = new ArrayDeque<>();

  private TestFleet(Vhost vhost, LinkSettings settings) throws IOException {
    this.vhost = vhost;
    var address = BrokerAddress.parse(vhost.uri().toString());
    var namespace = new Namespace(vhost.namespace());
    this.access = new BrokerAccess(address, namespace, "test", settings);
    this.observer = connect(vhost.uri());
  }

  /** A place of its own at the broker that all tests share. */
  public static TestFleet fresh() throws IOException {
    return on(TestBroker.get(), LinkSettings.DEFAULT);
  }

  public static TestFleet on(TestBroker broker, LinkSettings settings) throws IOException {
    return new TestFleet(broker.freshVhost(), settings);
  }

  /** A plain connection of the client, as a program that is not ours would make it. */
  public static Connection connect(URI uri) throws IOException {
    try {
      var factory = new ConnectionFactory();
      factory.setUri(uri);
      factory.setAutomaticRecoveryEnabled(false);
      factory.setChannelRpcTimeout(30_000);
      return factory.newConnection("a foreign client");
    } catch (TimeoutException | GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  public Vhost vhost() {
    return vhost;
  }

  /** Whether this broker vouches for the users that messages name. */
  public boolean vouches() {
    try (var session = BrokerSession.open(access)) {
      return session.dialect().checksUserId();
    }
  }

  public BrokerAccess access() {
    return access;
  }

  public Namespace namespace() {
    return access.namespace();
  }

  /** Access for another user of this place. */
  public BrokerAccess access(URI user) {
    return new BrokerAccess(
        BrokerAddress.parse(user.toString()), namespace(), "test", access.settings());
  }

  /** A channel of the foreign client. */
  public Channel channel() throws IOException {
    var channel = observer.createChannel();
    if (channel == null) {
      throw new IOException("no channel");
    }
    return channel;
  }

  /** Declares the fleet and a queue. */
  public void declare(String... queues) {
    try (var session = BrokerSession.open(access)) {
      session.topology().declareFleet();
      for (var queue : queues) {
        session.topology().declareQueue(queue, QueueSettings.DEFAULT);
      }
    }
  }

  public int messages(String brokerQueue) throws IOException {
    var channel = channel();
    try {
      return channel.queueDeclarePassive(brokerQueue).getMessageCount();
    } finally {
      channel.abort();
    }
  }

  public int consumers(String brokerQueue) throws IOException {
    var channel = channel();
    try {
      return channel.queueDeclarePassive(brokerQueue).getConsumerCount();
    } finally {
      channel.abort();
    }
  }

  /** One that has been started. */
  public ConfirmedPublisher publisher() {
    var publisher =
        closing(
            new ConfirmedPublisher(
                access, PublisherSettings.DEFAULT, new ConfirmedPublisher.Listener() {}));
    publisher.start();
    return publisher;
  }

  /** One that has been started. */
  public Reporter reporter() {
    var reporter = closing(new Reporter(access, publisher(), 1000));
    reporter.start();
    return reporter;
  }

  /** Closes {@code service} when the test ends, before the fleet's place goes. */
  public <T extends AutoCloseable> T closing(T service) {
    closers.push(service);
    return service;
  }

  @Override
  public void close() {
    for (var closer : closers) {
      try {
        closer.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    observer.abort(2_000);
    vhost.close();
  }
}
