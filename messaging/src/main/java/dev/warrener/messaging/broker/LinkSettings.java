package dev.warrener.messaging.broker;

import java.time.Duration;

/**
 * The settings of connections.
 *
 * @param connectTimeout the limit on one attempt to connect, the handshake included; 5 s by default
 * @param rpcTimeout the limit on the broker's answer to one request; 5 s by default
 * @param heartbeat the heartbeat that is asked of the broker, in whole seconds; 10 s by default
 * @param watchdogInterval the time between two cheap requests that show that the broker still
 *     answers; 1 s by default
 * @param lostAfter how long the watchdog may go without an answer before the connection is declared
 *     lost; 10 s by default. Shorter than two heartbeats, after which the broker may deliver our
 *     tasks to others
 * @param firstBackoff the shortest wait before the next attempt to connect, give or take half; 200
 *     ms by default, doubled each time
 * @param longestBackoff the longest such wait; 5 s by default
 */
public record LinkSettings(
    Duration connectTimeout,
    Duration rpcTimeout,
    Duration heartbeat,
    Duration watchdogInterval,
    Duration lostAfter,
    Duration firstBackoff,
    Duration longestBackoff) {

  /** The defaults. */
  public static final LinkSettings DEFAULT =
      new LinkSettings(
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(1),
          Duration.ofSeconds(10),
          Duration.ofMillis(200),
          Duration.ofSeconds(5));

  public LinkSettings {
    requirePositive("connectTimeout", connectTimeout);
    requirePositive("rpcTimeout", rpcTimeout);
    requirePositive("heartbeat", heartbeat);
    requirePositive("watchdogInterval", watchdogInterval);
    requirePositive("lostAfter", lostAfter);
    requirePositive("firstBackoff", firstBackoff);
    requirePositive("longestBackoff", longestBackoff);
    if (heartbeat.toSeconds() < 1) {
      throw new IllegalArgumentException("heartbeat must be 1 s or more, not " + heartbeat);
    }
    if (lostAfter.compareTo(watchdogInterval) <= 0) {
      throw new IllegalArgumentException(
          "lostAfter ("
              + lostAfter
              + ") must be longer than watchdogInterval ("
              + watchdogInterval
              + ")");
    }
    if (longestBackoff.compareTo(firstBackoff) < 0) {
      throw new IllegalArgumentException(
          "longestBackoff ("
              + longestBackoff
              + ") must not be shorter than firstBackoff ("
              + firstBackoff
              + ")");
    }
  }

  /** Returns a copy with another {@code lostAfter}. */
  public LinkSettings withLostAfter(Duration lostAfter) {
    return new LinkSettings(
        connectTimeout,
        rpcTimeout,
        heartbeat,
        watchdogInterval,
        lostAfter,
        firstBackoff,
        longestBackoff);
  }

  /** Returns a copy with another {@code connectTimeout}. */
  public LinkSettings withConnectTimeout(Duration connectTimeout) {
    return new LinkSettings(
        connectTimeout,
        rpcTimeout,
        heartbeat,
        watchdogInterval,
        lostAfter,
        firstBackoff,
        longestBackoff);
  }

  /** Returns a copy with another {@code heartbeat}. */
  public LinkSettings withHeartbeat(Duration heartbeat) {
    return new LinkSettings(
        connectTimeout,
        rpcTimeout,
        heartbeat,
        watchdogInterval,
        lostAfter,
        firstBackoff,
        longestBackoff);
  }

  private static void requirePositive(String what, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(what + " must be longer than 0, not " + value);
    }
  }
}
