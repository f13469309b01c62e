package dev.warrener.messaging.broker.orders;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerErrors;
import dev.warrener.messaging.broker.ControllerIdTakenException;
import dev.warrener.messaging.broker.LinkSession;
import dev.warrener.messaging.broker.Requests;
import dev.warrener.messaging.broker.Topology;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of an {@link OrderFeed}. {@link #open} runs on the link's thread and the rest on
 * the feed's command thread, never at the same time; the consumers run on the connection's single
 * consumer thread.
 */
final class OrderConnection {

  /** Receives the orders of this connection. */
  interface Listener {
    void synced(List<ReceivedOrder> log, boolean tripped);

    void ordered(ReceivedOrder order);

    void tripwireCancelled(OrderConnection connection);
  }

  private static final Logger LOG = LoggerFactory.getLogger(OrderConnection.class);

  private final BrokerAccess access;
  private final Namespace namespace;
  private final String controller;
  private final boolean again;
  private final LinkSession session;
  private final OrderReader reader;
  private final Listener listener;

  /**
   * The live orders that arrived before the log was handed over; null afterwards. Guarded by this
   * object's lock.
   */
  private @Nullable List<ReceivedOrder> early = new ArrayList<>();

  /** When the queue last delivered something, by {@link LinkSession#clock}. */
  private volatile long heardNanos;

  private volatile @Nullable String earKey;

  private volatile @Nullable Channel tripwire;
  private @Nullable Channel running;

  /**
   * The queues that count controllers and belong to another connection alone, as far as this one
   * has tried to use them.
   */
  private final Set<String> locked = new ConcurrentSkipListSet<>();

  /**
   * @param again whether an earlier connection of this controller had taken its queue
   */
  OrderConnection(
      BrokerAccess access,
      String controller,
      boolean again,
      LinkSession session,
      Listener listener) {
    this.again = again;
    this.access = access;
    this.namespace = access.namespace();
    this.controller = controller;
    this.session = session;
    this.reader = OrderReader.of(namespace);
    this.listener = listener;
  }

  /** Listens, reads the log, and hands it over. */
  void open() throws IOException {
    try (var requests = requests()) {
      locked.addAll(new Topology(requests, session.dialect()).declareFleet().locked());
    }
    takeLiveOrders();
    boolean armed = listenToTripwire();
    var log =
        session.dialect().keepsOrders()
            ? new OrderStream(session, access, this::live).read()
            : List.<ReceivedOrder>of();
    handOver(log, !armed && session.dialect().hasTripwire());
  }

  private synchronized void handOver(List<ReceivedOrder> log, boolean tripped) {
    listener.synced(log, tripped);
    var waiting = early;
    early = null;
    if (waiting != null) {
      waiting.forEach(listener::ordered);
    }
  }

  /** The listener only queues what it is given, so the lock is held over it to keep the order. */
  private synchronized void live(ReceivedOrder order) {
    if (early != null) {
      early.add(order);
    } else {
      listener.ordered(order);
    }
  }

  private void takeLiveOrders() throws IOException {
    var queue = namespace.controllerQueue(controller);
    var channel = session.channel();
    try {
      channel.queueDeclare(queue, false, true, false, null);
    } catch (IOException e) {
      if (!isTaken(e)) {
        throw e;
      }
      if (!again) {
        throw new ControllerIdTakenException(
            "another controller with the id "
                + controller
                + " is connected to the broker at "
                + access.address()
                + ": give each its own --id (after a cut network it may be this one, until the"
                + " broker has noticed)",
            e);
      }
      // The broker holds the queue of our last connection: until it misses us, or for as long as
      // the node that had it is away. Orders can't wait for that.
      queue = namespace.controllerQueue(controller + "." + UUID.randomUUID());
      channel = session.channel();
      channel.queueDeclare(queue, false, true, false, null);
    }
    channel.queueBind(queue, namespace.killExchange(), "");
    bindEar(queue);
    heardNanos = LinkSession.clock();
    channel.basicConsume(queue, true, new Orders(channel));
  }

  /** Binds the queue for tests of the {@link Ear}. A user without the right goes without them. */
  private void bindEar(String queue) throws IOException {
    var key = "controller." + controller + "." + UUID.randomUUID();
    var channel = session.channel();
    try {
      channel.queueBind(queue, namespace.tasksExchange(), key);
      channel.abort();
      earKey = key;
    } catch (IOException e) {
      if (!BrokerErrors.hasCode(e, AMQP.ACCESS_REFUSED)) {
        throw e;
      }
      LOG.warn(
          "orders: this user may not bind {} to {}, so that no test shows whether orders still"
              + " arrive",
          queue,
          namespace.tasksExchange());
    }
  }

  /** Returns the routing key for tests of the {@link Ear}, or null if there are none. */
  @Nullable String earKey() {
    return earKey;
  }

  /** Returns when the queue last delivered something, by {@link LinkSession#clock}. */
  long heardNanos() {
    return heardNanos;
  }

  /** Ends the connection, because the queue has delivered nothing for a while. */
  void deaf(String reason) {
    session.deaf(reason, heardNanos);
  }

  /** RabbitMQ says that the queue is locked; the embedded broker ends the connection. */
  private static boolean isTaken(IOException error) {
    return BrokerErrors.hasCode(error, AMQP.RESOURCE_LOCKED)
        || BrokerErrors.hasCode(error, AMQP.NOT_ALLOWED);
  }

  /**
   * Consumes from the armed queue, if it is not consumed already, and if it does not belong to
   * another connection alone.
   *
   * @return false if there is none: it has been pulled
   */
  boolean listenToTripwire() throws IOException {
    var listening = tripwire;
    if (listening != null && listening.isOpen()) {
      return true;
    }
    var channel = session.channel();
    try {
      channel.basicConsume(namespace.armedQueue(), true, new Tripwire(channel));
      tripwire = channel;
      locked.remove(namespace.armedQueue());
      return true;
    } catch (IOException e) {
      if (saysDeleted(e)) {
        return false;
      }
      if (BrokerErrors.isLocked(e)) {
        locked.add(namespace.armedQueue());
        return true;
      }
      throw e;
    }
  }

  /** Returns the queues that count controllers and belong to another connection alone. */
  Set<String> locked() {
    return Set.copyOf(locked);
  }

  /** Tries to use the queues again that belonged to another connection alone. */
  void countAgain(boolean isRunning) throws IOException {
    try (var requests = requests()) {
      var topology = new Topology(requests, session.dialect());
      for (var queue : locked()) {
        if (topology.declareCountingQueue(queue)) {
          locked.remove(queue);
        }
      }
    }
    if (!locked.contains(namespace.armedQueue()) && !isArmed()) {
      listenToTripwire();
    }
    showRunning(isRunning);
  }

  /**
   * Whether the armed queue is there, without consuming from it. One that belongs to another
   * connection alone is not the tripwire, which was deleted before.
   */
  boolean hasTripwire() throws IOException {
    var channel = session.channel();
    try {
      channel.queueDeclarePassive(namespace.armedQueue());
      channel.abort();
      return true;
    } catch (IOException e) {
      if (saysDeleted(e) || BrokerErrors.isLocked(e)) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Whether the error means that the queue was deleted. The same code is used while the node that
   * has the queue is down; then the tripwire has not been pulled.
   */
  private static boolean saysDeleted(IOException error) {
    return BrokerErrors.hasCode(error, AMQP.NOT_FOUND)
        && !BrokerErrors.reason(error).contains("home node");
  }

  boolean isArmed() {
    var listening = tripwire;
    return listening != null && listening.isOpen();
  }

  /**
   * Starts or ends the consumption of the running queue, if it does not belong to another
   * connection alone.
   */
  void showRunning(boolean wanted) throws IOException {
    var channel = running;
    if (wanted && channel == null) {
      channel = session.channel();
      try {
        channel.basicConsume(namespace.runningQueue(), true, new Steady(channel));
      } catch (IOException e) {
        if (!BrokerErrors.isLocked(e)) {
          throw e;
        }
        locked.add(namespace.runningQueue());
        return;
      }
      locked.remove(namespace.runningQueue());
      running = channel;
    } else if (!wanted && channel != null) {
      running = null;
      channel.abort();
    }
  }

  Requests requests() {
    return new Requests(session.connection(), access);
  }

  boolean isOver() {
    return session.isOver();
  }

  void lost(String reason) {
    session.lost(reason);
  }

  /** A consumer whose end ends the connection. */
  private class Steady extends DefaultConsumer {
    Steady(Channel channel) {
      super(channel);
    }

    @Override
    public void handleCancel(String tag) {
      session.lost("the broker ended the consumer " + tag);
    }

    @Override
    public void handleShutdownSignal(String tag, ShutdownSignalException cause) {
      if (!cause.isInitiatedByApplication()) {
        session.lost(BrokerErrors.reason(cause));
      }
    }
  }

  private final class Orders extends Steady {
    Orders(Channel channel) {
      super(channel);
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, BasicProperties properties, byte[] body) {
      heardNanos = LinkSession.clock();
      if (!envelope.getRoutingKey().equals(earKey)) {
        live(reader.read(envelope, properties, body, null));
      }
    }
  }

  private final class Tripwire extends Steady {
    Tripwire(Channel channel) {
      super(channel);
    }

    @Override
    public void handleCancel(String tag) {
      tripwire = null;
      listener.tripwireCancelled(OrderConnection.this);
    }
  }
}
