package dev.warrener.e2e.permissions;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A virtual host with what {@code docker/broker/definitions.json} says: its users with their
 * permissions and passwords of this run, its exchanges, queues and bindings.
 */
final class ShippedBroker implements AutoCloseable {
  static final JsonNode DEFINITIONS =
      JsonMapper.shared().readTree(Path.of("../docker/broker/definitions.json"));

  /** A user who may do anything; not one of the definitions. */
  static final String ADMINISTRATOR = "administrator";

  private final Vhost vhost;
  private final Map<String, URI> addresses = new HashMap<>();

  private ShippedBroker(Vhost vhost) {
    this.vhost = vhost;
    addresses.put(ADMINISTRATOR, vhost.uri());
  }

  static ShippedBroker install() {
    var broker = new ShippedBroker(TestBroker.get().freshVhost());
    try {
      broker.createUsers();
      broker.declare();
      broker.limitTopics();
      return broker;
    } catch (Exception e) {
      broker.close();
      throw new IllegalStateException("the definitions could not be installed", e);
    }
  }

  private void createUsers() {
    for (var permission : DEFINITIONS.path("permissions")) {
      var user = permission.path("user").asString();
      var address =
          vhost.createUser(
              user,
              UUID.randomUUID().toString(),
              permission.path("configure").asString(),
              permission.path("write").asString(),
              permission.path("read").asString());
      addresses.put(user, address);
    }
    for (var policy : DEFINITIONS.path("policies")) {
      vhost.addPolicy(
          policy.path("name").asString(),
          policy.path("pattern").asString(),
          policy.path("definition").toString());
    }
  }

  /** Makes the user of one controller, as {@code docker/broker/controller-user} does. */
  void createControllerUser(String id) {
    var made = ControllerUser.of(id);
    addresses.put(
        made.user(),
        vhost.createUser(
            made.user(),
            UUID.randomUUID().toString(),
            made.configure(),
            made.write(),
            made.read()));
    vhost.limitTopics(made.user(), made.exchange(), made.topicWrite(), made.topicRead());
  }

  /** Makes another publisher, with the rights of the first one. */
  void createPublisher(String name) {
    for (var permission : DEFINITIONS.path("permissions")) {
      if (permission.path("user").asString().equals("publisher")) {
        addresses.put(
            name,
            vhost.createUser(
                name,
                UUID.randomUUID().toString(),
                permission.path("configure").asString().replace("publisher", name),
                permission.path("write").asString().replace("publisher", name),
                permission.path("read").asString().replace("publisher", name)));
      }
    }
  }

  /** Returns the place at the broker. */
  Vhost vhost() {
    return vhost;
  }

  /** RabbitMQ 4 takes a topic permission only for an exchange that is there. */
  private void limitTopics() {
    for (var topic : DEFINITIONS.path("topic_permissions")) {
      vhost.limitTopics(
          topic.path("user").asString(),
          topic.path("exchange").asString(),
          topic.path("write").asString(),
          topic.path("read").asString());
    }
  }

  private void declare() throws Exception {
    try (var connection = connect(ADMINISTRATOR)) {
      var channel = connection.createChannel();
      for (var exchange : DEFINITIONS.path("exchanges")) {
        channel.exchangeDeclare(
            exchange.path("name").asString(), exchange.path("type").asString(), true);
      }
      for (var queue : DEFINITIONS.path("queues")) {
        channel.queueDeclare(queue.path("name").asString(), true, false, false, arguments(queue));
      }
      for (var binding : DEFINITIONS.path("bindings")) {
        channel.queueBind(
            binding.path("destination").asString(),
            binding.path("source").asString(),
            binding.path("routing_key").asString());
      }
    }
  }

  private static Map<String, Object> arguments(JsonNode queue) {
    var arguments = new HashMap<String, Object>();
    for (var entry : queue.path("arguments").properties()) {
      var value = entry.getValue();
      arguments.put(entry.getKey(), value.isNumber() ? value.asLong() : value.asString());
    }
    return arguments;
  }

  /** A raw connection for a user. */
  Connection connect(String user) throws Exception {
    var factory = new ConnectionFactory();
    factory.setUri(address(user));
    factory.setAutomaticRecoveryEnabled(false);
    factory.setChannelRpcTimeout(10_000);
    return factory.newConnection("e2e");
  }

  /** What our programs connect with as a user. */
  BrokerAccess access(String user) {
    return BrokerAccess.of(
        BrokerAddress.parse(address(user).toString()), Namespace.DEFAULT, "e2e " + user);
  }

  URI address(String user) {
    @Nullable URI address = addresses.get(user);
    if (address == null) {
      throw new IllegalArgumentException("the definitions have no user " + user);
    }
    return address;
  }

  @Override
  public void close() {
    vhost.close();
  }
}
