package dev.warrener.messaging.broker.reports;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerErrors;
import dev.warrener.messaging.broker.BrokerLink;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.FleetProbe;
import dev.warrener.messaging.broker.LinkSession;
import dev.warrener.messaging.broker.SerialExecutor;
import dev.warrener.messaging.broker.VouchedUser;
import dev.warrener.messaging.json.MalformedMessageException;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An exclusive queue of one program, bound to one exchange, on a connection that is kept up.
 * Messages that arrive while the connection is away are missed. Thread-safe.
 *
 * <p>A queue that is bound by its name keeps the name. Other queues get a new name with each
 * connection, because the broker may keep the old queue for as long as a node of its cluster is
 * down.
 */
final class ReplyQueue implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReplyQueue.class);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);
  private static final String SENT_ON =
      "it did not come straight from its sender: a queue or a binding of somebody has sent it on";

  /** Receives messages. Called on one thread, in order. */
  interface Listener {
    /** A connection is up, and the queue is bound. */
    default void up(long generation) {}

    /** The connection is gone; another one is tried. */
    default void down(long generation, String reason) {}

    /**
     * Takes a message.
     *
     * @param userId the user who published it, for whom the broker vouches; or null
     * @throws MalformedMessageException if it can't be read; {@link #unreadable} is called then
     */
    void received(
        String routingKey, @Nullable String userId, BasicProperties properties, byte[] body);

    /** Takes a message that could not be read, or that did not come straight from its sender. */
    void unreadable(String routingKey, BasicProperties properties, String because);
  }

  private final BrokerAccess access;
  private final String name;
  private final String exchange;
  private final List<String> keys;
  private final Listener listener;
  private final SerialExecutor events;
  private final BrokerLink link;

  /**
   * Prepares a queue that is bound to {@code exchange} by {@code keys}, or by its own name if none.
   */
  ReplyQueue(
      BrokerAccess access,
      String purpose,
      String exchange,
      Collection<String> keys,
      Listener listener) {
    this.access = access;
    this.name = freshName();
    this.exchange = exchange;
    this.keys = keys.isEmpty() ? List.of(name) : List.copyOf(keys);
    this.listener = listener;
    this.events = new SerialExecutor("broker-" + purpose + "-events");
    this.link = new BrokerLink(access, purpose, 1, new LinkOwner());
  }

  /** Whether it counts who has sent a message: not for results. */
  private boolean isOfReports() {
    return exchange.equals(access.namespace().reportsExchange());
  }

  private String freshName() {
    return access.namespace().replyQueue(access.address().user(), UUID.randomUUID().toString());
  }

  /** Returns the queue's name, if the queue is bound by it. */
  String name() {
    return name;
  }

  private final class LinkOwner implements BrokerLink.Owner {
    @Override
    public void up(LinkSession session) {
      try {
        open(session);
      } catch (IOException | ShutdownSignalException e) {
        throw BrokerErrors.ofRequest(
            e, access, "a reply queue at the exchange " + exchange + " of this fleet");
      }
      events.execute(() -> listener.up(session.generation()));
    }

    private void open(LinkSession session) throws IOException {
      var channel = session.channel();
      boolean byName = keys.contains(name);
      var queue = byName || session.generation() == 1 ? name : freshName();
      channel.queueDeclare(queue, false, true, false, null);
      for (var key : keys) {
        channel.queueBind(queue, exchange, key);
      }
      channel.basicConsume(queue, true, new Replies(channel, session));
    }

    @Override
    public void down(LinkSession session, String reason, Duration silence) {
      events.execute(() -> listener.down(session.generation(), reason));
    }
  }

  private final class Replies extends DefaultConsumer {
    private final LinkSession session;

    Replies(Channel channel, LinkSession session) {
      super(channel);
      this.session = session;
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, BasicProperties properties, byte[] body) {
      var key = envelope.getRoutingKey();
      boolean vouches = session.dialect().checksUserId();
      if (vouches
          && isOfReports()
          && VouchedUser.isSentOn(envelope, properties, Set.of(exchange))) {
        events.execute(() -> listener.unreadable(key, properties, SENT_ON));
        return;
      }
      var userId = vouches ? properties.getUserId() : null;
      events.execute(() -> receive(listener, key, userId, properties, body));
    }

    @Override
    public void handleCancel(String tag) {
      session.lost("the broker ended the consumer of the reply queue");
    }

    @Override
    public void handleShutdownSignal(String tag, ShutdownSignalException cause) {
      session.lost(BrokerErrors.reason(cause));
    }
  }

  /** Hands a message to the listener. Whatever keeps it from being read is reported. */
  static void receive(
      Listener listener,
      String routingKey,
      @Nullable String userId,
      BasicProperties properties,
      byte[] body) {
    try {
      listener.received(routingKey, userId, properties, body);
    } catch (MalformedMessageException | IllegalArgumentException e) {
      listener.unreadable(routingKey, properties, BrokerErrors.reason(e));
    } catch (LinkageError | RuntimeException e) {
      LOG.error("a message with the key {} could not be read", routingKey, e);
      listener.unreadable(routingKey, properties, String.valueOf(e));
    }
  }

  void start() {
    link.start();
  }

  void awaitUp(Duration timeout) {
    link.awaitUp(timeout);
  }

  /**
   * Returns the probe of the connection that is up now.
   *
   * @throws BrokerUnreachableException if no connection is up
   */
  FleetProbe probe() {
    return link.requireSession().probe(access);
  }

  @Override
  public void close() {
    link.close();
    events.close(CLOSE_LIMIT);
  }
}
