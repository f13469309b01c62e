package dev.warrener.e2e;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.testbroker.Vhost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who is not us: a plain AMQP client that knows only the contract's names. What it counts
 * is the broker's word, and what it publishes is a foreign client's.
 */
final class Observer implements AutoCloseable {
  private final Connection connection;
  private final String namespace;
  private final String user;

  Observer(Vhost vhost) {
    namespace = vhost.namespace();
    var factory = new ConnectionFactory();
    factory.setAutomaticRecoveryEnabled(false);
    try {
      factory.setUri(vhost.uri());
      user = factory.getUsername();
      connection = factory.newConnection("observer");
    } catch (GeneralSecurityException | TimeoutException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface OnChannel<T extends @Nullable Object> {
    T on(Channel channel) throws IOException;
  }

  private <T extends @Nullable Object> T channel(OnChannel<T> work) {
    try (var channel = connection.createChannel()) {
      return work.on(channel);
    } catch (TimeoutException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void declareReports() {
    channel(channel -> channel.exchangeDeclare(namespace + ".reports", "topic", true));
  }

  /** Waiting messages of a queue of tasks, as a passive declare counts them. */
  int waiting(String queue) {
    return channel(
        channel -> channel.queueDeclarePassive(namespace + ".q." + queue).getMessageCount());
  }

  /** Who consumes from a queue of tasks. */
  int consumers(String queue) {
    return channel(
        channel -> channel.queueDeclarePassive(namespace + ".q." + queue).getConsumerCount());
  }

  /** Whether a controller's queue of orders is there, which its connection takes with it. */
  boolean hears(String controller) {
    try {
      channel(channel -> channel.queueDeclarePassive(namespace + ".controller." + controller));
      return true;
    } catch (UncheckedIOException e) {
      return !(e.getCause().getCause() instanceof ShutdownSignalException closed
          && closed.getReason() instanceof AMQP.Channel.Close close
          && close.getReplyCode() == AMQP.NOT_FOUND);
    }
  }

  /** Takes everything out of the dead letters of a queue. */
  List<GetResponse> takeDead(String queue) {
    return channel(channel -> {
      var all = new ArrayList<GetResponse>();
      while (true) {
        var one = channel.basicGet(namespace + ".q." + queue + ".dead", true);
        if (one == null) {
          return all;
        }
        all.add(one);
      }
    });
  }

  /** Publishes a task as the contract says, and nothing more than it requires. */
  void publishTask(String queue, String id, String type, String body, Map<String, Object> headers) {
    channel(channel -> {
      channel.basicPublish(
          namespace + ".tasks",
          queue,
          true,
          new AMQP.BasicProperties.Builder()
              .messageId(id)
              .type(type)
              .deliveryMode(2)
              .headers(headers)
              .build(),
          body.getBytes(StandardCharsets.UTF_8));
      return null;
    });
  }

  /** Publishes an order as a foreign client that knows the kill exchange alone. */
  void publishOrder(String json, boolean withUserId) {
    channel(channel -> {
      channel.basicPublish(
          namespace + ".kill",
          "",
          true,
          new AMQP.BasicProperties.Builder()
              .contentType("application/json")
              .deliveryMode(2)
              .timestamp(Date.from(Instant.now()))
              .userId(withUserId ? user : null)
              .build(),
          json.getBytes(StandardCharsets.UTF_8));
      return null;
    });
  }

  /** Binds a queue to what controllers say; read it by {@link #next}. */
  String listenTo(String... keys) throws IOException {
    var channel = connection.createChannel();
    var queue = channel.queueDeclare("", false, true, false, null).getQueue();
    for (var key : keys) {
      channel.queueBind(queue, namespace + ".reports", key);
    }
    return queue;
  }

  /** The next message of a queue, or null if there is none now. */
  @Nullable String next(String queue) {
    return channel(channel -> {
      var one = channel.basicGet(queue, true);
      return one == null ? null : new String(one.getBody(), StandardCharsets.UTF_8);
    });
  }

  static Map<String, Object> headers(GetResponse message) {
    var headers = new HashMap<String, Object>();
    if (message.getProps().getHeaders() != null) {
      message.getProps().getHeaders().forEach((name, value) -> headers.put(name, value.toString()));
    }
    return headers;
  }

  @Override
  public void close() {
    try {
      connection.close(5000);
    } catch (IOException | RuntimeException e) {
      connection.abort();
    }
  }
}
