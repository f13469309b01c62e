package dev.warrener.messaging.broker.publishing;

import java.time.Duration;

/**
 * How messages are published.
 *
 * @param window the most messages that are published and not yet answered for, queued ones
 *     included; 1000 by default
 * @param windowBytes the most bytes of their bodies; 64 MiB by default. One message alone may have
 *     more
 * @param timeout until a message that is not confirmed is given up, reconnections included; 30 s by
 *     default
 */
public record PublisherSettings(int window, long windowBytes, Duration timeout) {
  /** The defaults. */
  public static final PublisherSettings DEFAULT =
      new PublisherSettings(1000, 64L << 20, Duration.ofSeconds(30));

  public PublisherSettings {
    if (window < 1) {
      throw new IllegalArgumentException("window must be 1 or more, not " + window);
    }
    if (windowBytes < 1) {
      throw new IllegalArgumentException("windowBytes must be 1 or more, not " + windowBytes);
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout must be longer than 0, not " + timeout);
    }
  }

  /** Returns a copy with another timeout. */
  public PublisherSettings withTimeout(Duration timeout) {
    return new PublisherSettings(window, windowBytes, timeout);
  }
}
