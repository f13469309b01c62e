package dev.warrener.controller;

import dev.warrener.messaging.broker.Dialect;
import dev.warrener.messaging.broker.publishing.ConfirmedPublisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what happens to the connection that publishes. Thread-safe. */
final class PublishingLog implements ConfirmedPublisher.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(PublishingLog.class);

  private volatile boolean closing;

  /**
   * Suppresses the warning about a lost connection, because the controller is about to close it.
   */
  void closing() {
    closing = true;
  }

  @Override
  public void down(long generation, String reason) {
    if (!closing) {
      LOG.warn("reports, results and retries wait for a new connection: {}", reason);
    }
  }

  @Override
  public void blocked(String reason) {
    LOG.warn("the broker blocks publishers ({}): reports, results and retries wait", reason);
  }

  @Override
  public void unblocked() {
    LOG.info("the broker accepts publishes again");
  }

  @Override
  public void up(long generation, Dialect dialect) {
    LOG.info("connected to {}", dialect.product());
    if (!dialect.keepsOrders()) {
      LOG.warn(
          "{} keeps no log of orders: holds and revocations are lost when this controller ends, and"
              + " it never receives orders that are given while it is away",
          dialect.product());
    }
  }
}
