package dev.warrener.producer;

import dev.warrener.messaging.broker.Dialect;
import dev.warrener.messaging.broker.publishing.ConfirmedPublisher;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers whether the broker blocks the client, and calls the client's listener. Errors of the
 * listener are logged here. Written by the publisher's thread, read by any.
 */
final class ClientLink implements ConfirmedPublisher.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(ClientLink.class);

  private final ClientListener listener;
  private volatile @Nullable String blockedBecause;

  ClientLink(ClientListener listener) {
    this.listener = listener;
  }

  @Override
  public void up(long generation, Dialect dialect) {
    blockedBecause = null;
    tell(ClientListener::connected);
  }

  @Override
  public void down(long generation, String reason) {
    blockedBecause = null;
    tell(told -> told.disconnected(reason));
  }

  @Override
  public void blocked(String reason) {
    blockedBecause = reason;
    LOG.warn("the broker blocks publishers ({}): submits wait", reason);
    tell(told -> told.blocked(reason));
  }

  @Override
  public void unblocked() {
    blockedBecause = null;
    LOG.info("the broker accepts publishes again");
    tell(ClientListener::unblocked);
  }

  void notPublished(PublishException failure) {
    LOG.debug("{}", failure.getMessage());
    tell(told -> told.notPublished(failure));
  }

  /** Returns what to add to the reason of a failure: that the broker blocks publishers, or "". */
  String remark() {
    var because = blockedBecause;
    return because == null ? "" : " (the broker blocks publishers now: " + because + ")";
  }

  private void tell(Consumer<ClientListener> event) {
    try {
      event.accept(listener);
    } catch (RuntimeException e) {
      LOG.warn("the client's listener failed; its client goes on", e);
    }
  }
}
