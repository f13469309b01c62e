package dev.warrener.messaging.broker;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.messaging.ShortText;
import dev.warrener.messaging.broker.wire.UnreadableHeaders;
import dev.warrener.messaging.task.DeadReason;
import dev.warrener.messaging.task.InvalidTask;
import dev.warrener.messaging.task.ReceivedTask;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns tasks into messages and back, as the contract says, and makes the copies of a message that
 * are published when a task moves. All copies keep id, body, and foreign headers. They drop the
 * headers that the broker has added ({@code x-delivery-count}, {@code x-acquired-count}, {@code
 * x-death} and the like), those that would route them elsewhere ({@code CC}), and the publisher's
 * {@code user_id}, which the broker accepts from that user only.
 */
public final class TaskCodec {
  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  /** The most bytes of the reason why a message is no task. */
  private static final int LONGEST_REASON = 2_000;

  private TaskCodec() {}

  /**
   * Returns the persistent message of a task.
   *
   * @throws IllegalArgumentException if a header of the task has a name that the contract keeps for
   *     itself, or a value that AMQP can't carry or a controller can't read; or if all headers
   *     together are too large
   */
  public static Message encode(Task task) {
    var headers = new HashMap<String, Object>();
    task.headers()
        .forEach((name, value) -> {
          if (Headers.isOfTask(name)) {
            throw new IllegalArgumentException(
                "header " + name + " is set by the task itself and can't be given");
          }
          headers.put(name, Headers.requireWritable(name, value));
        });
    headers.put(TaskHeaders.ATTEMPT, task.attempt());
    putIfPresent(headers, TaskHeaders.BATCH, task.batch());
    putIfPresent(headers, TaskHeaders.MAX_ATTEMPTS, task.maxAttempts());
    var timeout = task.timeout();
    putIfPresent(headers, TaskHeaders.TIMEOUT, timeout == null ? null : timeout.toMillis());
    putIfPresent(headers, TaskHeaders.NOT_BEFORE, text(task.notBefore()));
    putIfPresent(headers, TaskHeaders.EXPIRES_AT, text(task.expiresAt()));
    putIfPresent(headers, TaskHeaders.REQUEUED_AT, text(task.requeuedAt()));
    var publishedAt = task.publishedAt();
    var expiration = task.expiration();
    var message =
        new Message(
            new BasicProperties.Builder()
                .messageId(task.id())
                .type(task.handler())
                .contentType(task.contentType())
                .deliveryMode(2)
                .timestamp(publishedAt == null ? null : Date.from(publishedAt))
                .priority(task.priority())
                .expiration(expiration == null ? null : Long.toString(expiration.toMillis()))
                .replyTo(task.replyTo())
                .correlationId(task.correlationId())
                .headers(headers)
                .build(),
            task.body());
    if (!task.headers().isEmpty()) {
      requireSmallHeaders(message);
    }
    return message;
  }

  private static void requireSmallHeaders(Message message) {
    int size = MessageSize.of(message);
    if (size > MessageSize.LARGEST_TASK && size < Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "its properties and headers have "
              + size
              + " bytes, and at most "
              + MessageSize.LARGEST_TASK
              + " are allowed: put the data into the body");
    }
  }

  private static void putIfPresent(
      Map<String, Object> headers, String name, @Nullable Object value) {
    if (value != null) {
      headers.put(name, value);
    }
  }

  /** Reads a message that came from the queue of tasks {@code queue}. It throws nothing. */
  public static ReceivedTask decode(String queue, Message message) {
    try {
      return read(queue, message);
    } catch (IllegalArgumentException e) {
      var because = e.getMessage();
      return new InvalidTask(
          queue,
          message.id(),
          because == null ? "it can't be read" : ShortText.ofBytes(because, LONGEST_REASON),
          message.properties().getReplyTo(),
          message.properties().getCorrelationId());
    }
  }

  private static Task read(String queue, Message message) {
    var properties = message.properties();
    var unreadable = message.headers().get(UnreadableHeaders.MARK);
    if (unreadable != null) {
      throw new IllegalArgumentException(unreadable(unreadable));
    }
    var id = properties.getMessageId();
    if (id == null || id.isEmpty()) {
      throw new IllegalArgumentException(
          "it has no id: set the property message_id, best to a UUID of version 7");
    }
    var handler = properties.getType();
    if (handler == null || handler.isEmpty()) {
      throw new IllegalArgumentException(
          "it names no handler: set the property type to the handler's name");
    }
    var headers = message.headers();
    var contentType = properties.getContentType();
    var timestamp = properties.getTimestamp();
    var builder =
        Task.to(queue, handler)
            .id(id)
            .body(message.body(), contentType == null ? Task.JSON : contentType)
            .batch(string(headers, TaskHeaders.BATCH))
            .maxAttempts(integer(headers, TaskHeaders.MAX_ATTEMPTS))
            .timeout(millis(headers, TaskHeaders.TIMEOUT))
            .notBefore(instant(headers, TaskHeaders.NOT_BEFORE))
            .expiresAt(instant(headers, TaskHeaders.EXPIRES_AT))
            .requeuedAt(instant(headers, TaskHeaders.REQUEUED_AT))
            .publishedAt(timestamp == null ? null : timestamp.toInstant())
            .priority(properties.getPriority())
            .expiration(expiration(properties.getExpiration()))
            .replyTo(properties.getReplyTo())
            .correlationId(properties.getCorrelationId());
    var attempt = integer(headers, TaskHeaders.ATTEMPT);
    if (attempt != null) {
      builder.attempt(attempt);
    }
    headers.keySet().removeIf(Headers::isOfTask);
    return builder.headers(headers).build();
  }

  private static String unreadable(Object mark) {
    return "it can't be read as it was published: " + mark;
  }

  private static @Nullable String string(Map<String, Object> headers, String name) {
    var value = headers.get(name);
    if (value == null || value instanceof String) {
      return (String) value;
    }
    throw wrongType(name, "a string", value);
  }

  /** Returns a whole number of any width, or of decimal digits: some clients send strings only. */
  private static @Nullable Long whole(Map<String, Object> headers, String name) {
    var value = headers.get(name);
    if (value == null) {
      return null;
    }
    if (value instanceof Long
        || value instanceof Integer
        || value instanceof Short
        || value instanceof Byte) {
      return ((Number) value).longValue();
    }
    if (value instanceof String digits) {
      try {
        return Long.valueOf(digits.strip());
      } catch (NumberFormatException e) {
        throw wrongType(name, "a whole number", value);
      }
    }
    throw wrongType(name, "a whole number", value);
  }

  private static @Nullable Integer integer(Map<String, Object> headers, String name) {
    var value = whole(headers, name);
    if (value == null) {
      return null;
    }
    if (value < Integer.MIN_VALUE || value > Integer.MAX_VALUE) {
      throw wrongType(name, "a number of at most 31 bits", value);
    }
    return value.intValue();
  }

  private static @Nullable Duration millis(Map<String, Object> headers, String name) {
    var value = whole(headers, name);
    return value == null ? null : Duration.ofMillis(value);
  }

  private static @Nullable Instant instant(Map<String, Object> headers, String name) {
    var value = headers.get(name);
    if (value == null) {
      return null;
    }
    if (value instanceof Date date) {
      return date.toInstant();
    }
    if (value instanceof String text) {
      try {
        return OffsetDateTime.parse(text.strip()).toInstant();
      } catch (DateTimeException e) {
        throw wrongType(name, "a time such as 2026-11-23T03:12:07.072Z", value);
      }
    }
    throw wrongType(name, "a time such as 2026-11-23T03:12:07.072Z", value);
  }

  private static @Nullable Duration expiration(@Nullable String expiration) {
    if (expiration == null) {
      return null;
    }
    try {
      return Duration.ofMillis(Long.parseLong(expiration.strip()));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "the property expiration must be milliseconds in digits, not \"" + expiration + "\"", e);
    }
  }

  private static IllegalArgumentException wrongType(String name, String wanted, Object found) {
    var shown = String.valueOf(found);
    return new IllegalArgumentException(
        "header "
            + name
            + " must be "
            + wanted
            + ", not \""
            + (shown.length() > 80 ? shown.substring(0, 80) + "…" : shown)
            + "\"");
  }

  private static @Nullable String text(@Nullable Instant instant) {
    return instant == null ? null : MILLIS.format(instant);
  }

  /**
   * Returns the copy that an operator puts back into {@code queue}. It has {@code x-requeued-at}
   * and no {@code x-dead-*}. A task that had used up its attempts (failed, timed out, crashed,
   * poison) gets one more: {@code x-attempt} goes up by one, and {@code x-max-attempts} to at least
   * that. A task that an order killed, that expired, or that was invalid keeps its attempt.
   */
  public static Message requeue(String queue, Message message, Instant now) {
    var headers = copiedHeaders(message);
    var mark = mark(queue, message);
    if (mark != null && hasRun(mark.reason())) {
      int attempt = numberOr(headers, TaskHeaders.ATTEMPT, 1) + 1;
      headers.put(TaskHeaders.ATTEMPT, attempt);
      headers.put(
          TaskHeaders.MAX_ATTEMPTS,
          Math.max(attempt, numberOr(headers, TaskHeaders.MAX_ATTEMPTS, 1)));
    }
    headers.keySet().removeIf(Headers::isOfDeadLetter);
    headers.remove(TaskHeaders.EXPIRES_AT);
    headers.put(TaskHeaders.REQUEUED_AT, MILLIS.format(now));
    return copy(message, headers);
  }

  private static boolean hasRun(DeadReason reason) {
    return switch (reason) {
      case FAILED, TIMED_OUT, CRASHED, POISON -> true;
      case INVALID, KILLED, EXPIRED -> false;
    };
  }

  private static int numberOr(Map<String, Object> headers, String name, int otherwise) {
    try {
      var number = integer(headers, name);
      return number == null ? otherwise : number;
    } catch (IllegalArgumentException e) {
      return otherwise;
    }
  }

  private static Map<String, Object> copiedHeaders(Message message) {
    var headers = message.headers();
    headers.keySet().removeIf(Headers::isOfBroker);
    return headers;
  }

  /**
   * Returns the copy that a controller moves. It no longer expires.
   *
   * @param changes the headers to set on the copy; a null value removes the header
   */
  public static Message withHeaders(
      Message message, Map<String, ? extends @Nullable Object> changes) {
    var headers = copiedHeaders(message);
    changes.forEach((name, value) -> {
      if (value == null) {
        headers.remove(name);
      } else {
        headers.put(name, value);
      }
    });
    return copy(message, headers);
  }

  private static Message copy(Message message, Map<String, Object> headers) {
    return message.withProperties(
        message
            .properties()
            .builder()
            .headers(headers)
            .deliveryMode(2)
            .expiration(null)
            .userId(null)
            .build());
  }

  /**
   * Returns why the message is among the dead letters of {@code queue}, or null if its headers
   * don't say. A message that the broker moved has no {@code x-dead-reason}; then the broker's own
   * headers are read.
   */
  public static @Nullable DeadLetterMark mark(String queue, Message message) {
    var headers = message.headers();
    if (headers.get(TaskHeaders.DEAD_REASON) instanceof String reason) {
      return new DeadLetterMark(
          knownReason(reason),
          headers.get(TaskHeaders.DEAD_DETAIL) instanceof String detail ? detail : reason,
          lenientString(headers, TaskHeaders.DEAD_TYPE),
          lenientString(headers, TaskHeaders.DEAD_STACK),
          lenientString(headers, TaskHeaders.DEAD_ORDER),
          lenientInstant(headers, TaskHeaders.DEAD_AT),
          lenientString(headers, TaskHeaders.DEAD_CONTROLLER));
    }
    if (headers.get(Headers.DEATHS) instanceof List<?> deaths) {
      for (Object death : deaths) {
        // The newest is first. A return from a retry queue has an entry, too, of another queue.
        if (death instanceof Map<?, ?> fields
            && fields.get("queue") instanceof String from
            && from.endsWith(".q." + queue)
            && fields.get("reason") instanceof String reason) {
          return byBroker(
              reason, fields.get("time") instanceof Date time ? time.toInstant() : null);
        }
      }
    }
    if (headers.get(Headers.FIRST_DEATH_REASON) instanceof String reason) {
      return byBroker(reason, null);
    }
    var unreadable = headers.get(UnreadableHeaders.MARK);
    return unreadable == null
        ? null
        : new DeadLetterMark(DeadReason.INVALID, unreadable(unreadable), null, null, null);
  }

  private static DeadReason knownReason(String wire) {
    try {
      return DeadReason.of(wire);
    } catch (IllegalArgumentException e) {
      return DeadReason.FAILED;
    }
  }

  private static @Nullable String lenientString(Map<String, Object> headers, String name) {
    return headers.get(name) instanceof String text ? text : null;
  }

  private static @Nullable Instant lenientInstant(Map<String, Object> headers, String name) {
    try {
      return instant(headers, name);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static DeadLetterMark byBroker(String reason, @Nullable Instant at) {
    return switch (reason) {
      case "expired" ->
          new DeadLetterMark(
              DeadReason.EXPIRED, "it waited longer than its expiration", null, at, null);
      case "delivery_limit" ->
          new DeadLetterMark(
              DeadReason.POISON,
              "the broker had handed it out too often without a settlement",
              null,
              at,
              null);
      case "rejected" ->
          new DeadLetterMark(
              DeadReason.INVALID,
              "a controller rejected it because it is larger than the broker accepts now, or a"
                  + " foreign consumer rejected it",
              null,
              at,
              null);
      default ->
          new DeadLetterMark(DeadReason.FAILED, "the broker says: " + reason, null, at, null);
    };
  }
}
