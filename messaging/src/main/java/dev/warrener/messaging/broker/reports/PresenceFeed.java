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
 * Receives the presence of other controllers, for a controller. Every controller receives that of
 * every other at each of its changes, and must not spend its time on parsing them. So a presence is
 * parsed when its controller is new, when it leaves, and every ten seconds. Of all others only the
 * time is noted, for {@link #takeSeen}. Thread-safe.
 */
public final class PresenceFeed implements AutoCloseable {
  /** The shortest time between two presences of one controller that are parsed: ten seconds. */
  static final Duration READ_EVERY = Duration.ofSeconds(10);

  private static final String KEY = "presence.";

  /**
   * The text that a presence contains if its controller leaves. Within a string its quotation marks
   * would be escaped. A batch of that name contains it, too; then the presence is parsed in vain.
   */
  private static final byte[] LEAVES =
      ('"' + ControllerState.LEFT.wire() + '"').getBytes(StandardCharsets.US_ASCII);

  /** Called on one thread, in order. */
  public interface Listener {
    /** Takes the presence of another controller, received at {@code at} by our clock. */
    void presence(Presence presence, Instant at);
  }

  private final String self;
  private final InstantSource clock;
  private final Listener listener;
  private final ReplyQueue queue;

  /** When the presence of each controller was parsed. Used by one thread. */
  private final Map<String, Instant> read = new HashMap<>();

  /** When each controller's presence was received and not parsed. Guarded by itself. */
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

  /**
   * Returns when each controller's presence was last received, as far as it was not parsed, since
   * the last call.
   */
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
        // If a controller comes back under its id, its presence is parsed at once.
        read.remove(id);
      } else {
        read.put(id, now);
      }
      listener.presence(presence, now);
    }

    @Override
    public void unreadable(String routingKey, BasicProperties properties, String because) {
      // Perhaps of another release. Its controller counts as absent; the broker's own count of
      // controllers includes it.
    }
  }

  /** Whether a time is recent. If the clock was set back it may be in the future. */
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
