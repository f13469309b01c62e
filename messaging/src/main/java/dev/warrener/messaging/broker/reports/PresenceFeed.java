package dev.warrener.messaging.broker.reports;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Presence;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Hears who else is there, for a controller. Every controller hears every other at each of its
 * changes, and must not spend its time on reading that: a presence is read when its controller was
 * not known, when it leaves, and now and then; of the others only the time is noted, for {@link
 * #takeSeen}. Thread-safe.
 */
public final class PresenceFeed implements AutoCloseable {
  /** How old what was read of a controller may become: ten seconds. */
  static final Duration READ_EVERY = Duration.ofSeconds(10);

  private static final String KEY = "presence.";

  /**
   * What a presence says whose controller leaves. Within a string the quotation marks would be
   * escaped, so nothing else contains it but perhaps the name of a batch, which is then read in
   * vain.
   */
  private static final byte[] LEAVES =
      ('"' + ControllerState.LEFT.wire() + '"').getBytes(StandardCharsets.US_ASCII);

  /** Called on one thread, in order. */
  public interface Listener {
    /** The presence of another controller was read; it was heard at {@code at}, by our clock. */
    void presence(Presence presence, Instant at);
  }

  private final String self;
  private final InstantSource clock;
  private final Listener listener;
  private final ReplyQueue queue;

  /** When each was read. Of one thread. */
  private final Map<String, Instant> read = new HashMap<>();

  /** When each was heard since it was read or taken. Guarded by itself. */
  private final Map<String, Instant> seen = new HashMap<>();

  /**
   * Prepares the connection; {@link #start} makes it.
   *
   * @param self the id of the controller that listens: its own presence is left out
   */
  public PresenceFeed(BrokerAccess access, String self, InstantSource clock, Listener listener) {
    this.self = self;
    this.clock = clock;
    this.listener = listener;
    this.queue =
        new ReplyQueue(
            access,
            "reports",
            access.namespace().reportsExchange(),
            List.of(KEY + "*"),
            new Reading());
  }

  /** Starts to connect, and goes on until {@link #close}. */
  public void start() {
    queue.start();
  }

  /** Waits until the queue is bound. */
  void awaitUp(Duration timeout) {
    queue.awaitUp(timeout);
  }

  /** When controllers were last heard since this was last asked, but for those that were read. */
  public Map<String, Instant> takeSeen() {
    synchronized (seen) {
      if (seen.isEmpty()) {
        return Map.of();
      }
      var taken = Map.copyOf(seen);
      seen.clear();
      return taken;
    }
  }

  /** Ends the connection, and with it the queue. */
  @Override
  public void close() {
    queue.close();
  }

  private final class Reading implements ReplyQueue.Listener {
    @Override
    public void received(String routingKey, BasicProperties properties, byte[] body) {
      var id = routingKey.startsWith(KEY) ? routingKey.substring(KEY.length()) : routingKey;
      if (id.equals(self)) {
        return;
      }
      var now = clock.instant();
      boolean leaves = contains(body, LEAVES);
      var readAt = read.get(id);
      if (!leaves && readAt != null && isRecent(readAt, now)) {
        synchronized (seen) {
          seen.put(id, now);
        }
        return;
      }
      var presence = ContractJson.read(body, Presence.class);
      synchronized (seen) {
        seen.remove(id);
      }
      if (leaves) {
        // Who comes back under its id is read at once.
        read.remove(id);
      } else {
        read.put(id, now);
      }
      listener.presence(presence, now);
    }

    @Override
    public void unreadable(String routingKey, BasicProperties properties, String because) {
      // Another release's, perhaps. Its controller is not known, as if it were not there; the
      // broker's own count of controllers has it.
    }
  }

  /** Also if the clock was set back. */
  private static boolean isRecent(Instant readAt, Instant now) {
    return Duration.between(readAt, now).abs().compareTo(READ_EVERY) < 0;
  }

  private static boolean contains(byte[] body, byte[] part) {
    for (int from = 0; from + part.length <= body.length; from++) {
      int length = 0;
      while (length < part.length && body[from + length] == part[length]) {
        length++;
      }
      if (length == part.length) {
        return true;
      }
    }
    return false;
  }
}
