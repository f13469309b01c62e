package dev.warrener.messaging.broker;

import dev.warrener.messaging.task.Body;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message as it is at the broker: all its properties and headers, and its body. Made by {@link
 * TaskCodec} and others here, received, or made from a received one; so that a copy of it is
 * faithful. Immutable.
 */
public final class Message {
  private final Body body;

  Message(Body body) {
    this.body = body;
  }

  /** A persistent message of JSON, with an id of its own. */
  public static Message json(byte[] json) {
    return new Message(Body.of(json));
  }

  /** The {@code message_id}, or null. */
  public @Nullable String id() {
    return NotBuilt.yet();
  }

  /** All headers; long strings are strings. */
  public Map<String, Object> headers() {
    return NotBuilt.yet();
  }

  /** The body. */
  public Body body() {
    return body;
  }
}
