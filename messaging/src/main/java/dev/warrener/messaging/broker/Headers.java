package dev.warrener.messaging.broker;

import com.rabbitmq.client.LongString;
import dev.warrener.messaging.broker.wire.UnreadableHeaders;
import dev.warrener.messaging.task.TaskHeaders;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells whose a header is, the contract's or the broker's, and reads and checks header values. */
final class Headers {
  static final String DEATHS = "x-death";
  static final String FIRST_DEATH_REASON = "x-first-death-reason";

  private static final Set<String> OF_A_TASK =
      Set.of(
          TaskHeaders.BATCH,
          TaskHeaders.ATTEMPT,
          TaskHeaders.MAX_ATTEMPTS,
          TaskHeaders.TIMEOUT,
          TaskHeaders.NOT_BEFORE,
          TaskHeaders.EXPIRES_AT,
          TaskHeaders.REQUEUED_AT);
  private static final Set<String> OF_A_DEAD_LETTER =
      Set.of(
          TaskHeaders.DEAD_REASON,
          TaskHeaders.DEAD_DETAIL,
          TaskHeaders.DEAD_TYPE,
          TaskHeaders.DEAD_STACK,
          TaskHeaders.DEAD_ORDER,
          TaskHeaders.DEAD_AT,
          TaskHeaders.DEAD_CONTROLLER);

  /**
   * Headers that a broker adds or takes as an instruction, and the mark of unreadable headers.
   * Copies must not have them.
   */
  private static final Set<String> OF_THE_BROKER =
      Set.of(
          TaskHeaders.DELIVERY_COUNT,
          "x-acquired-count",
          DEATHS,
          Message.STREAM_OFFSET,
          "x-original-routing-key",
          UnreadableHeaders.MARK,
          "CC",
          "BCC");

  private Headers() {}

  /** Whether the contract or the broker gives the header a meaning. */
  static boolean isOfTask(String name) {
    return OF_A_TASK.contains(name) || isOfDeadLetter(name) || isOfBroker(name);
  }

  static boolean isOfDeadLetter(String name) {
    return OF_A_DEAD_LETTER.contains(name);
  }

  static boolean isOfBroker(String name) {
    return OF_THE_BROKER.contains(name)
        || name.startsWith("x-first-death-")
        || name.startsWith("x-last-death-");
  }

  /**
   * Returns the headers with plain strings instead of the client's long strings, without null
   * values.
   */
  static Map<String, Object> plain(@Nullable Map<String, Object> headers) {
    var plain = new LinkedHashMap<String, Object>();
    if (headers != null) {
      headers.forEach((name, value) -> {
        var read = plainValue(value);
        if (read != null) {
          plain.put(name, read);
        }
      });
    }
    return plain;
  }

  private static @Nullable Object plainValue(@Nullable Object value) {
    if (value instanceof LongString text) {
      return text.toString();
    }
    if (value instanceof List<?> list) {
      var plain = new ArrayList<Object>();
      for (Object element : list) {
        var read = plainValue(element);
        if (read != null) {
          plain.add(read);
        }
      }
      return plain;
    }
    if (value instanceof Map<?, ?> map) {
      var plain = new LinkedHashMap<String, Object>();
      map.forEach((name, element) -> {
        var read = plainValue(element);
        if (read != null) {
          plain.put(String.valueOf(name), read);
        }
      });
      return plain;
    }
    return value;
  }

  /**
   * Returns the value if AMQP has a type for it, and all controllers can read it.
   *
   * @throws IllegalArgumentException if not, with a sentence that names the header
   */
  static Object requireWritable(String name, Object value) {
    return requireWritable(name, name, value, 0);
  }

  private static Object requireWritable(String header, String path, Object value, int depth) {
    if ((value instanceof Map || value instanceof List) && depth == UnreadableHeaders.DEEPEST) {
      throw new IllegalArgumentException(
          "header "
              + header
              + " is nested more than "
              + UnreadableHeaders.DEEPEST
              + " deep, which no controller reads: put the data into the body");
    }
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, element) -> requireWritable(header, path + "." + key, element, depth + 1));
      return value;
    }
    if (value instanceof List<?> list) {
      list.forEach(element -> requireWritable(header, path, element, depth + 1));
      return value;
    }
    if (value instanceof String
        || value instanceof LongString
        || value instanceof Boolean
        || value instanceof Byte
        || value instanceof Short
        || value instanceof Integer
        || value instanceof Long
        || value instanceof Float
        || value instanceof Double
        || value instanceof BigDecimal
        || value instanceof Date
        || value instanceof byte[]) {
      return value;
    }
    throw new IllegalArgumentException(
        "header "
            + path
            + " is a "
            + value.getClass().getSimpleName()
            + ", which AMQP can't carry: use a string, a number, true or false, a list or a map");
  }
}
