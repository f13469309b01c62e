package dev.warrener.testbroker;

import java.io.IOException;
import java.net.URI;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A broker that is already running. Tests never stop it. Thread-safe. */
final class GivenBroker implements TestBroker {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final URI uri;
  private final Handshake handshake;
  private final @Nullable Management management;

  private GivenBroker(URI uri, Handshake handshake, @Nullable Management management) {
    this.uri = uri;
    this.handshake = handshake;
    this.management = management;
  }

  /**
   * @param managementUrl where its management API is, or null for port 15672 of the same host
   */
  static GivenBroker connect(URI uri, @Nullable String managementUrl)
      throws BrokerUnavailableException {
    Handshake handshake;
    try {
      handshake = Handshake.with(uri);
    } catch (IOException e) {
      throw new BrokerUnavailableException(
          "no broker lets us in at " + uri.getHost() + ":" + uri.getPort() + " (" + e + ")", e);
    }
    var administrator = Credentials.of(uri);
    var management =
        new Management(
            URI.create(
                managementUrl == null ? "http://" + uri.getHost() + ":15672" : managementUrl),
            administrator.user(),
            administrator.password());
    if (management.answers()) {
      return new GivenBroker(uri, handshake, management);
    }
    if (managementUrl != null) {
      throw new BrokerUnavailableException(
          "no management API lets " + administrator.user() + " in at " + managementUrl, null);
    }
    return new GivenBroker(uri, handshake, null);
  }

  @Override
  public URI uri() {
    return uri;
  }

  @Override
  public BrokerKind kind() {
    return handshake.product().contains("RabbitMQ") ? BrokerKind.RABBITMQ : BrokerKind.EMBEDDED;
  }

  @Override
  public String version() {
    return handshake.version();
  }

  @Override
  public String description() {
    return "%s %s at %s:%d%s"
        .formatted(
            handshake.product(),
            handshake.version(),
            uri.getHost(),
            uri.getPort(),
            management == null ? ", without its management API" : "");
  }

  @Override
  public Set<Capability> capabilities() {
    var capabilities = EnumSet.noneOf(Capability.class);
    if (kind() == BrokerKind.RABBITMQ) {
      capabilities.add(Capability.RABBITMQ);
    }
    if (management != null) {
      capabilities.add(Capability.USERS);
    }
    return capabilities;
  }

  @Override
  public Vhost freshVhost() {
    return management == null ? new FreshNamespace() : ManagedVhost.create(management, uri);
  }

  @Override
  public String toString() {
    return description();
  }

  /** A namespace in the shared vhost. The queues that a test makes there stay. */
  private final class FreshNamespace implements Vhost {
    private final String namespace =
        "test-%d-%x-%d"
            .formatted(
                ProcessHandle.current().pid(), System.currentTimeMillis(), COUNT.incrementAndGet());

    @Override
    public URI uri() {
      return uri;
    }

    @Override
    public String namespace() {
      return namespace;
    }

    @Override
    public URI createUser(
        String name, String password, String configure, String write, String read) {
      throw new UnsupportedOperationException(
          "the given broker has no management API to make users with: mark the test with"
              + " @NeedsRabbitMq(with = Capability.USERS)");
    }

    @Override
    public void close() {
      // Nothing is ours alone.
    }
  }
}
