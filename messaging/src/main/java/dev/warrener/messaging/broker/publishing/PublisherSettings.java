package dev.warrener.messaging.broker.publishing;

import java.time.Duration;

/**
 * The limits of a {@link ConfirmedPublisher}.
 *
 * @param window the most messages that wait for an answer, queued ones included; 1000 by default
 * @param windowBytes the most bytes of those messages' bodies; 64 MiB by default. One message alone
 *     may have more
 * @param timeout how long a message may stay unconfirmed before it is given up, reconnections
 *     included; 30 s by default
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
