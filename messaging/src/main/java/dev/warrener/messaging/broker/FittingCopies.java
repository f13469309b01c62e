package dev.warrener.messaging.broker;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.messaging.ShortText;
import dev.warrener.messaging.task.TaskHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes copies of messages that are small enough to be published. A copy has more headers than its
 * original, and headers that a foreign client wrote compactly can grow when they are written again.
 */
public final class FittingCopies {
  /** The bytes of a frame that a dead letter leaves free for what the broker adds. */
  private static final int ROOM_OF_DEAD = 2 << 10;

  /**
   * The bytes of a frame that the copy in a retry queue leaves free: the broker notes there which
   * queues it has come through.
   */
  private static final int ROOM_OF_RETRY = 8 << 10;

  private static final int SHORTER_DETAIL = 600;
  private static final int MOST_NAMES = 5;
  private static final int LONGEST_NAME = 40;
  private static final int LONGEST_PROPERTY = 255;

  private FittingCopies() {}

  /**
   * Returns why the copy can't go to a retry queue, in a sentence; null if it can.
   *
   * @param frameMax the most bytes of a frame
   */
  public static @Nullable String whyNotToRetry(Message copy, int frameMax) {
    int size = MessageSize.of(copy);
    return size <= frameMax - ROOM_OF_RETRY
        ? null
        : "its properties and headers are too large to be published again: "
            + (size == Integer.MAX_VALUE ? "" : "they have " + size + " bytes, and ")
            + "at most "
            + (frameMax - ROOM_OF_RETRY)
            + " bytes fit into a frame";
  }

  /**
   * Returns the copy for the dead letters, with everything of the original that fits. What does not
   * fit is left out: first the stack trace, then the end of the detail, then the largest headers,
   * which the copy's detail names.
   *
   * @param changes the headers to set on the copy; a null value removes the header
   * @param frameMax the most bytes of a frame
   */
  public static Message deadLetter(
      Message message, Map<String, ? extends @Nullable Object> changes, int frameMax) {
    int most = frameMax - ROOM_OF_DEAD;
    var copy = TaskCodec.withHeaders(message, changes);
    if (MessageSize.of(copy) <= most) {
      return copy;
    }
    Map<String, @Nullable Object> headers = new HashMap<>(changes);
    // The log of the controller has it, too.
    headers.put(TaskHeaders.DEAD_STACK, null);
    copy = TaskCodec.withHeaders(message, headers);
    if (MessageSize.of(copy) <= most) {
      return copy;
    }
    var told = headers.get(TaskHeaders.DEAD_DETAIL);
    var detail = told == null ? "" : ShortText.ofBytes(told.toString(), SHORTER_DETAIL);
    headers.put(TaskHeaders.DEAD_DETAIL, detail);
    copy = TaskCodec.withHeaders(message, headers);
    var dropped = new ArrayList<String>();
    for (var name : largestFirst(message, changes)) {
      if (MessageSize.of(copy) <= most) {
        return copy;
      }
      dropped.add(name);
      headers.put(name, null);
      headers.put(TaskHeaders.DEAD_DETAIL, detail + leftOut(dropped));
      copy = TaskCodec.withHeaders(message, headers);
    }
    return MessageSize.of(copy) <= most ? copy : bare(copy, headers, detail);
  }

  /** Returns the names of the message's own headers, the largest header first. */
  private static List<String> largestFirst(Message message, Map<String, ?> changes) {
    var sizes = new HashMap<String, Integer>();
    message
        .headers()
        .forEach((name, value) -> {
          if (!changes.containsKey(name) && !Headers.isOfBroker(name)) {
            var alone = new BasicProperties.Builder().headers(Map.of(name, value)).build();
            sizes.put(name, MessageSize.of(message.withProperties(alone)));
          }
        });
    var names = new ArrayList<>(sizes.keySet());
    names.sort(Comparator.comparing(sizes::get, Comparator.reverseOrder()));
    return names;
  }

  private static String leftOut(List<String> names) {
    var shown = new StringBuilder(" (left out, because it did not fit: ");
    for (int i = 0; i < Math.min(names.size(), MOST_NAMES); i++) {
      shown
          .append(i == 0 ? "" : ", ")
          .append("header ")
          .append(ShortText.ofBytes(names.get(i), LONGEST_NAME));
    }
    return shown
        .append(names.size() > MOST_NAMES ? " and " + (names.size() - MOST_NAMES) + " more)" : ")")
        .toString();
  }

  /** Returns the least that a dead letter has: its id, its handler, and why it is one. */
  private static Message bare(Message copy, Map<String, @Nullable Object> changes, String detail) {
    var headers = new HashMap<String, Object>();
    changes.forEach((name, value) -> {
      if (value != null && Headers.isOfDeadLetter(name)) {
        headers.put(name, value);
      }
    });
    headers.put(
        TaskHeaders.DEAD_DETAIL,
        detail + " (all other properties were left out: they could not be written)");
    var properties = copy.properties();
    return copy.withProperties(
        new BasicProperties.Builder()
            .messageId(writable(properties.getMessageId()))
            .type(writable(properties.getType()))
            .deliveryMode(2)
            .headers(headers)
            .build());
  }

  private static @Nullable String writable(@Nullable String text) {
    return text == null || text.getBytes(StandardCharsets.UTF_8).length > LONGEST_PROPERTY
        ? null
        : text;
  }
}
