package dev.warrener.testbroker;

import dev.warrener.embedded.EmbeddedBroker;
import java.net.URI;
import java.util.EnumSet;
import java.util.Set;

/** Qpid Broker-J in this JVM. Its fresh vhosts are whole brokers. Thread-safe. */
final class EmbeddedTestBroker implements OwnBroker {
  private final String version;
  private final URI uri;
  private EmbeddedBroker broker;

  private EmbeddedTestBroker(EmbeddedBroker broker, String version) {
    this.broker = broker;
    this.uri = broker.uri();
    this.version = version;
  }

  static EmbeddedTestBroker launch() throws BrokerUnavailableException {
    try {
      var broker = EmbeddedBroker.start();
      return new EmbeddedTestBroker(broker, Handshake.with(broker.uri()).version());
    } catch (Exception e) {
      throw new BrokerUnavailableException(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public URI uri() {
    return uri;
  }

  @Override
  public BrokerKind kind() {
    return BrokerKind.EMBEDDED;
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public String description() {
    return "the embedded broker (Qpid Broker-J " + version + ", not RabbitMQ)";
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.of(Capability.RESTARTS);
  }

  @Override
  public Vhost freshVhost() {
    var own = EmbeddedBroker.start();
    return new Vhost() {
      @Override
      public URI uri() {
        return own.uri();
      }

      @Override
      public String namespace() {
        return "warrener";
      }

      @Override
      public URI createUser(
          String name, String password, String configure, String write, String read) {
        throw lacks(Capability.USERS);
      }

      @Override
      public void close() {
        own.close();
      }
    };
  }

  @Override
  public synchronized void stop() {
    broker.close();
  }

  @Override
  public synchronized void start() {
    broker = EmbeddedBroker.start(broker.port(), broker.password());
  }

  @Override
  public void kill() {
    throw lacks(Capability.FAULTS);
  }

  @Override
  public void pause() {
    throw lacks(Capability.FAULTS);
  }

  @Override
  public void resume() {
    throw lacks(Capability.FAULTS);
  }

  @Override
  public void raiseMemoryAlarm() {
    throw lacks(Capability.FAULTS);
  }

  @Override
  public void clearMemoryAlarm() {
    throw lacks(Capability.FAULTS);
  }

  @Override
  public void raiseDiskAlarm() {
    throw lacks(Capability.FAULTS);
  }

  @Override
  public void clearDiskAlarm() {
    throw lacks(Capability.FAULTS);
  }

  @Override
  public void holdWrites() {
    throw lacks(Capability.FAULTS);
  }

  @Override
  public void allowWrites() {
    throw lacks(Capability.FAULTS);
  }

  @Override
  public void forgetQueue(Vhost vhost, String queue) {
    throw lacks(Capability.FAULTS);
  }

  @Override
  public void limitMessages(int bytes) {
    throw lacks(Capability.FAULTS);
  }

  @Override
  public synchronized void close() {
    broker.close();
  }

  @Override
  public String toString() {
    return description();
  }

  private static UnsupportedOperationException lacks(Capability capability) {
    return new UnsupportedOperationException(
        "the embedded broker can't do this: mark the test with @NeedsRabbitMq(with = Capability."
            + capability
            + ")");
  }
}
