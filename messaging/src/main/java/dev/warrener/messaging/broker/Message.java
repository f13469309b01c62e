package dev.warrener.messaging.broker;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.task.Body;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message as it is at the broker: all its properties and headers, and its body. Made by {@link
 * TaskCodec} and others here, received, or made from a received one; so that a copy of it is
 * faithful. Immutable.
 */
public final class Message {
  /**
   * The header of a message that came from a stream, and the argument of a consumer that says where
   * in the stream to begin.
   */
  public static final String STREAM_OFFSET = "x-stream-offset";

  private final BasicProperties properties;
  private final Body body;

  public Message(BasicProperties properties, Body body) {
    this.properties = properties;
    this.body = body;
  }

  /** A persistent message of JSON, with an id of its own. */
  public static Message json(byte[] json) {
    return new Message(jsonProperties().build(), Body.of(json));
  }

  public static BasicProperties.Builder jsonProperties() {
    return new BasicProperties.Builder()
        .messageId(Uuid7.next())
        .contentType("application/json")
        .deliveryMode(2);
  }

  /** The {@code message_id}, or null. */
  public @Nullable String id() {
    return properties.getMessageId();
  }

  /** All headers; strings are strings, and headers without a value are left out. */
  public Map<String, Object> headers() {
    return Headers.plain(properties.getHeaders());
  }

  /** The place of the message in its stream, or null if it came from no stream. */
  public @Nullable Long streamOffset() {
    return headers().get(STREAM_OFFSET) instanceof Long offset ? offset : null;
  }

  /** The body. */
  public Body body() {
    return body;
  }

  public BasicProperties properties() {
    return properties;
  }

  Message withProperties(BasicProperties properties) {
    return new Message(properties, body);
  }

  /** The id and the size; never the contents. */
  @Override
  public String toString() {
    return "message " + id() + " of " + body;
  }
}
