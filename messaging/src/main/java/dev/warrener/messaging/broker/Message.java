package dev.warrener.messaging.broker;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.task.Body;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message as the broker has it, with all its properties and headers and its body, so that
 * copies keep everything. Immutable.
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

  /** Returns a persistent JSON message with a new id. */
  public static Message json(byte[] json) {
    return new Message(jsonProperties().build(), Body.of(json));
  }

  public static BasicProperties.Builder jsonProperties() {
    return new BasicProperties.Builder()
        .messageId(Uuid7.next())
        .contentType("application/json")
        .deliveryMode(2);
  }

  /** Returns a persistent JSON message with a new id, for which the broker vouches. */
  public static Message json(byte[] json, String userId) {
    return new Message(jsonProperties().userId(userId).build(), Body.of(json));
  }

  /**
   * Returns a copy that says who publishes it. The broker takes it from that user alone, so whoever
   * receives it knows that the broker vouches for it.
   */
  public Message withUserId(String userId) {
    return withProperties(properties.builder().userId(userId).build());
  }

  /** Returns the {@code message_id}, or null. */
  public @Nullable String id() {
    return properties.getMessageId();
  }

  /** Returns the user who published the message, or null. Not every broker vouches for them. */
  public @Nullable String userId() {
    return properties.getUserId();
  }

  /** Returns all headers that have a value, with plain Java strings. */
  public Map<String, Object> headers() {
    return Headers.plain(properties.getHeaders());
  }

  /** Returns the place of the message in its stream, or null if it came from no stream. */
  public @Nullable Long streamOffset() {
    return headers().get(STREAM_OFFSET) instanceof Long offset ? offset : null;
  }

  /** Returns the body. */
  public Body body() {
    return body;
  }

  public BasicProperties properties() {
    return properties;
  }

  Message withProperties(BasicProperties properties) {
    return new Message(properties, body);
  }

  /** Returns the id and the size; never the contents. */
  @Override
  public String toString() {
    return "message " + id() + " of " + body;
  }
}
