package dev.warrener.testbroker;

import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A vhost made by way of the management API. Thread-safe. */
final class ManagedVhost implements Vhost {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final Management management;
  private final URI broker;
  private final String name;
  private final Set<String> users = ConcurrentHashMap.newKeySet();

  private ManagedVhost(Management management, URI broker, String name) {
    this.management = management;
    this.broker = broker;
    this.name = name;
  }

  /**
   * @param broker the broker's address, with an administrator
   */
  static ManagedVhost create(Management management, URI broker) {
    var name = "test-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
    management.createVhost(name, Credentials.of(broker).user());
    return new ManagedVhost(management, broker, name);
  }

  @Override
  public URI uri() {
    var administrator = Credentials.of(broker);
    return uri(administrator.user(), administrator.password());
  }

  @Override
  public String namespace() {
    return "warrener";
  }

  @Override
  public URI createUser(String user, String password, String configure, String write, String read) {
    management.createUser(user, password);
    users.add(user);
    management.permit(name, user, configure, write, read);
    return uri(user, password);
  }

  @Override
  public void limitTopics(String user, String exchange, String write, String read) {
    management.limitTopics(name, user, exchange, write, read);
  }

  @Override
  public void addPolicy(String policy, String pattern, String definition) {
    management.addPolicy(name, policy, pattern, definition);
  }

  @Override
  public String describe(String queue) {
    return management.describe(name, queue);
  }

  @Override
  public void close() {
    management.deleteVhost(name);
    users.forEach(management::deleteUser);
    users.clear();
  }

  @Override
  public String toString() {
    return "vhost " + name + " on " + broker.getHost() + ":" + broker.getPort();
  }

  private URI uri(String user, String password) {
    return Address.amqp(
        broker.getScheme(), user, password, broker.getHost(), broker.getPort(), name);
  }
}
