package dev.warrener.e2e.chaos;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.messaging.Uuid7;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A user of the broker who may publish to every exchange, and is neither an operator nor the user
 * of a controller. It gives orders, and answers those of others for every controller. A broken
 * broker ends it, as it would end any client.
 */
final class Forger implements AutoCloseable {
  private static final String USER = "mallory";

  private static final String HEARD =
      "\"expected\":{\"workers\":4,\"tasks\":4,\"busy\":4,\"waiting\":0},\"roster\":[]";
  private static final String DONE =
      "\"workers\":4,\"tasks\":4,\"backlog\":0,\"state\":\"held\",\"tookMicros\":9,\"failed\":[]";

  private final ChaosFleet fleet;
  private final ReportWitness witness;
  private final ConnectionFactory factory = new ConnectionFactory();
  private @Nullable Connection connection;

  Forger(ChaosFleet fleet, ReportWitness witness) {
    this.fleet = fleet;
    this.witness = witness;
    factory.setAutomaticRecoveryEnabled(false);
    factory.setConnectionTimeout(2000);
    factory.setHandshakeTimeout(2000);
    factory.setChannelRpcTimeout(2000);
    try {
      factory.setUri(user(fleet));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static URI user(ChaosFleet fleet) {
    return fleet.vhost().createUser(USER, UUID.randomUUID().toString(), ".*", ".*", ".*");
  }

  /**
   * Returns an order that only an operator may give, chosen by a seed, and notes that it is forged.
   */
  String order(RandomGenerator random) {
    var id = Uuid7.next();
    witness.forged(id);
    var now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    var kind = List.of("kill", "kill", "hold", "resume").get(random.nextInt(4));
    var kill = "\"inFlight\":\"purge\",\"backlog\":\"purge\",\"then\":\"hold\",\"graceMillis\":0,";
    return """
    {"version":1,"id":"%s","kind":"%s","scope":{"all":true},%s"reason":"chaos","issuedBy":"ops",\
    "issuedAt":"%s","expiresAt":"%s"}\
    """
        .formatted(id, kind, kind.equals("kill") ? kill : "", now, now.plusSeconds(600));
  }

  /** Gives an order to the log and to the controllers, as itself or as nobody. */
  void giveOrder(RandomGenerator random) {
    var order = order(random).getBytes(StandardCharsets.UTF_8);
    var user = random.nextBoolean() ? USER : null;
    try (var own = factory.newConnection(USER);
        var channel = own.createChannel()) {
      channel.confirmSelect();
      for (var exchange : List.of("log", "kill")) {
        channel.basicPublish(name(exchange), "", properties(user), order);
      }
      channel.waitForConfirms(2_000);
    } catch (IOException | TimeoutException | ShutdownSignalException e) {
      // The broker is broken just now.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Answers every order from now on, for every controller. */
  void answerOrders() {
    try {
      var own = factory.newConnection(USER);
      connection = own;
      var channel = own.createChannel();
      var queue = channel.queueDeclare("", false, true, true, null).getQueue();
      channel.queueBind(queue, name("kill"), "");
      channel.basicConsume(queue, true, (tag, order) -> answer(channel, order), tag -> {});
    } catch (IOException | TimeoutException | ShutdownSignalException e) {
      // The broker is broken just now.
    }
  }

  private void answer(Channel channel, Delivery delivery) throws IOException {
    var order = JsonMapper.shared().readTree(delivery.getBody());
    for (var id : fleet.ids()) {
      var key = "kill." + order.path("id").asString() + "." + id;
      var user = id.endsWith("1") ? null : USER;
      say(
          channel,
          key,
          user,
          report("controller.heard", order.path("id").asString(), id, 1, HEARD));
      say(channel, key, user, report("controller.done", order.path("id").asString(), id, 2, DONE));
    }
  }

  private void say(Channel channel, String key, @Nullable String user, String json)
      throws IOException {
    channel.basicPublish(
        name("reports"), key, properties(user), json.getBytes(StandardCharsets.UTF_8));
  }

  private static String report(String type, String order, String id, int sequence, String more) {
    return "{\"version\":1,\"type\":\"%s\",\"order\":\"%s\",\"controller\":\"%s\",\"host\":\"h\",\"at\":\"%s\",\"sequence\":%d,%s}"
        .formatted(type, order, id, Instant.now(), sequence, more);
  }

  private String name(String exchange) {
    return fleet.vhost().namespace() + "." + exchange;
  }

  private static AMQP.BasicProperties properties(@Nullable String user) {
    return new AMQP.BasicProperties.Builder()
        .contentType("application/json")
        .deliveryMode(2)
        .userId(user)
        .build();
  }

  /** Answers no more. */
  void beQuiet() {
    if (connection != null) {
      connection.abort(1000);
      connection = null;
    }
  }

  @Override
  public void close() {
    beQuiet();
  }
}
