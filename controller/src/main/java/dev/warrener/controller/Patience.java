package dev.warrener.controller;

import dev.warrener.messaging.broker.BrokerUnreachableException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trying again while the broker is not there yet, as when all of a stack starts at once. */
final class Patience {
  private static final Logger LOG = LoggerFactory.getLogger(Patience.class);
  private static final Duration BETWEEN = Duration.ofMillis(500);

  private Patience() {}

  /**
   * Tries until it works, or is not wanted any more.
   *
   * @throws BrokerUnreachableException if that was not so in time
   */
  static void until(Duration most, BooleanSupplier isOver, Runnable attempt) {
    long deadline = System.nanoTime() + most.toNanos();
    boolean told = false;
    while (!isOver.getAsBoolean()) {
      try {
        attempt.run();
        return;
      } catch (BrokerUnreachableException e) {
        if (System.nanoTime() >= deadline) {
          throw e;
        }
        if (!told) {
          LOG.info("{}; trying for {} s", e.getMessage(), most.toSeconds());
          told = true;
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
