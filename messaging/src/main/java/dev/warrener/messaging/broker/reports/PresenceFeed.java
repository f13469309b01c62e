package dev.warrener.messaging.broker.reports;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.ReportKeys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives the presence of other controllers, for a controller. Every controller receives that of
 * every other at each of its changes, and must not spend its time on parsing them. So a presence is
 * parsed when its controller is new, when it leaves, when another user publishes it, and every ten
 * seconds. Of all others only the time is noted, for {@link #takeSeen}. A presence of the
 * listener's own id is parsed if another process has published it: a second controller of that id,
 * or somebody who pretends to be it. Thread-safe.
 */
public final class PresenceFeed implements AutoCloseable {
  /** The shortest time between two presences of one controller that are parsed: ten seconds. */
  static final Duration READ_EVERY = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(PresenceFeed.class);

  /** The most controllers whose last presence is remembered: a bound on memory. */
  private static final int MOST = 10_000;

  private static final String KEY = "presence.";

  /**
   * The text that a presence contains if its controller leaves. Within a string its quotation marks
   * would be escaped. A batch of that name contains it, too; then the presence is parsed in vain.
   */
  private static final byte[] LEAVES =
      ('"' + ControllerState.LEFT.wire() + '"').getBytes(StandardCharsets.US_ASCII);

  /** Called on one thread, in order. */
  public interface Listener {
    /**
     * Takes the presence of another controller, or of another process with our id, received at
     * {@code at} by our clock.
     *
     * @param userId the user who published it, for whom the broker vouches; null if it does for
     *     nobody
     */
    void presence(Presence presence, Instant at, @Nullable String userId);
  }

  private final String self;
  private final String host;
  private final long pid;
  private final String user;

  /** The text that every presence of this process contains. */
  private final byte[] own;

  private final byte[] ownHost;

  private final InstantSource clock;
  private final Listener listener;
  private final ReplyQueue queue;

  /** When the presence of each controller was parsed last. Used by one thread. */
  private final Map<String, Parsed> read = new HashMap<>();

  /** The other publisher of this controller's presence, in words. Used by one thread. */
  private final Set<String> impostors = new HashSet<>();

  private record Parsed(Instant at, @Nullable String userId) {}

  /** When each controller's presence was received and not parsed. Guarded by itself. */
  private final Map<String, Instant> seen = new HashMap<>();

  /**
   * Prepares the connection; {@link #start} makes it.
   *
   * @param self the id of the controller that listens: its own presence is left out
   * @param host the name of its host, as its presence has it
   * @param pid the number of its process
   */
  public PresenceFeed(
      BrokerAccess access,
      String self,
      String host,
      long pid,
      InstantSource clock,
      Listener listener) {
    this.self = self;
    this.host = host;
    this.pid = pid;
    this.own = ("\"pid\":" + pid + ",").getBytes(StandardCharsets.US_ASCII);
    this.ownHost = ("\"host\":" + ContractJson.text(host)).getBytes(StandardCharsets.UTF_8);
    this.user = access.address().user();
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
    public void received(
        String routingKey, @Nullable String userId, BasicProperties properties, byte[] body) {
      var id = routingKey.startsWith(KEY) ? routingKey.substring(KEY.length()) : routingKey;
      if (id.equals(self)) {
        lookAtOwn(routingKey, userId, body);
        return;
      }
      var now = clock.instant();
      boolean leaves = contains(body, LEAVES);
      var last = read.get(id);
      if (!leaves
          && last != null
          && isRecent(last.at(), now)
          && Objects.equals(last.userId(), userId)) {
        synchronized (seen) {
          seen.put(id, now);
        }
        return;
      }
      var presence = ReportKeys.require(routingKey, ContractJson.read(body, Presence.class));
      synchronized (seen) {
        seen.remove(id);
      }
      if (leaves) {
        // If a controller comes back under its id, its presence is parsed at once.
        read.remove(id);
      } else {
        if (read.size() >= MOST) {
          // Only somebody who makes controllers up has so many; all that are there come again.
          read.clear();
        }
        read.put(id, new Parsed(now, userId));
      }
      listener.presence(presence, now, userId);
    }

    /** Whoever has our id and our number on another host is known by its host. */
    private void lookAtOwn(String routingKey, @Nullable String userId, byte[] body) {
      boolean isOwnUser = userId == null || userId.equals(user);
      if (isOwnUser && contains(body, own) && contains(body, ownHost)) {
        return;
      }
      var presence = ReportKeys.require(routingKey, ContractJson.read(body, Presence.class));
      listener.presence(presence, clock.instant(), userId);
      var who =
          (isOwnUser ? "" : "user " + userId + " as ")
              + "process "
              + presence.pid()
              + " on host "
              + presence.host();
      if (impostors.size() < MOST && impostors.add(who)) {
        LOG.warn(
            "{} also publishes presence as controller {} (this controller is user {}, process {} on"
                + " host {}). No kill is confirmed here until that stops: give each controller an"
                + " id of its own, or remove that user's rights",
            who,
            self,
            user,
            pid,
            host);
      }
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
