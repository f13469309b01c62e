package dev.warrener.messaging.broker;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Publishes on a connection that is also used for other things, and waits for each answer. After
 * the first message that was not answered no other is sent. Not thread-safe.
 */
final class OneByOnePublisher implements AutoCloseable {
  private static final int CLOSE_MILLIS = 1_000;

  private final Connecting.Open open;
  private final Dialect dialect;
  private final BrokerAccess access;
  private volatile @Nullable String blocked;
  private volatile boolean returned;
  private @Nullable Channel channel;
  private @Nullable String broken;

  /**
   * Connects.
   *
   * @throws BrokerException as {@link Connecting#open}
   */
  OneByOnePublisher(BrokerAccess access) {
    this.access = access;
    this.open = Connecting.open(access, "publisher", 1);
    this.dialect = Dialect.of(open.connection());
    open.connection().addBlockedListener(reason -> blocked = reason, () -> blocked = null);
  }

  /** Publishes, mandatory and confirmed. Returns null if a queue has it, or why none has. */
  @Nullable String publish(String exchange, String routingKey, Message message) {
    if (broken != null) {
      return broken;
    }
    try {
      var on = channel();
      returned = false;
      on.basicPublish(
          exchange,
          routingKey,
          true,
          dialect.outgoing(message.properties()),
          message.body().bytes());
      boolean confirmed = on.waitForConfirms(access.settings().rpcTimeout().toMillis());
      if (returned) {
        return "no queue is bound to " + exchange + " for " + routingKey;
      }
      return confirmed ? null : "the broker refused it";
    } catch (TimeoutException e) {
      var reason = blocked;
      broken =
          reason == null
              ? "the broker did not confirm it in time"
              : "the broker takes no publishes now (" + reason + ")";
      return broken;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      broken = "interrupted";
      return broken;
    } catch (IOException | ShutdownSignalException e) {
      return BrokerErrors.reason(e);
    }
  }

  private Channel channel() throws IOException {
    var current = channel;
    if (current == null || !current.isOpen()) {
      current = open.connection().createChannel();
      if (current == null) {
        throw new IOException("the broker allows no more channels on this connection");
      }
      current.addReturnListener(unroutable -> returned = true);
      current.confirmSelect();
      channel = current;
    }
    return current;
  }

  @Override
  public void close() {
    open.close(CLOSE_MILLIS);
  }
}
