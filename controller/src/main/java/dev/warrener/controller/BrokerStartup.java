package dev.warrener.controller;

import dev.warrener.messaging.broker.BrokerUnreachableException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats an operation until the broker can be reached, for example when a whole stack starts at
 * once. A retry of resilience4j is bounded by attempts; this one is bounded by time, and ends early
 * when the controller is asked to stop.
 */
final class BrokerStartup {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerStartup.class);
  private static final Duration BETWEEN = Duration.ofMillis(500);

  private BrokerStartup() {}

  /**
   * Repeats an operation every half second until it succeeds or {@code isCancelled}.
   *
   * @throws BrokerUnreachableException if the broker is still unreachable after {@code atMost}
   */
  static void retry(Duration atMost, BooleanSupplier isCancelled, Runnable operation) {
    long deadline = System.nanoTime() + atMost.toNanos();
    boolean logged = false;
    while (!isCancelled.getAsBoolean()) {
      try {
        operation.run();
        return;
      } catch (BrokerUnreachableException e) {
        if (System.nanoTime() >= deadline) {
          throw e;
        }
        if (!logged) {
          LOG.info("{}; trying again for {} s", e.getMessage(), atMost.toSeconds());
          logged = true;
        }
        try {
          Thread.sleep(BETWEEN);
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          throw e;
        }
      }
    }
  }
}
