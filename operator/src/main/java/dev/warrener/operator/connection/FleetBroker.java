package dev.warrener.operator.connection;

import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.FleetProbe;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.orders.OrderReceipt;
import dev.warrener.messaging.broker.orders.OrderSender;
import dev.warrener.messaging.broker.orders.TripwireRecord;
import dev.warrener.messaging.broker.reports.ReportFeed;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;
import dev.warrener.operator.rollcall.UnknownTargetException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The broker of a fleet, as an operator's program uses it: one connection that receives reports and
 * presence, and one that sends orders. Each {@link #connect} gives a view for one order, with its
 * own queue of messages; several views may be used at the same time. Thread-safe.
 *
 * <p>One lock guards sending and counting, because neither client is thread-safe. It is held for at
 * most five seconds, while the broker does not answer.
 */
public final class FleetBroker implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration SEND_TIMEOUT = Duration.ofSeconds(5);

  private final BrokerAccess access;
  private final List<BrokerFleetConnection> views = new CopyOnWriteArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final ReportFeed feed;
  private final OrderSender sender;
  private @Nullable BrokerSession session;

  private FleetBroker(BrokerAccess access, Collection<String> keys) {
    this.access = access;
    this.feed = new ReportFeed(access, keys, new Listener());
    feed.start();
    OrderSender opened = null;
    try {
      opened = OrderSender.open(access);
      opened.prepare();
      feed.awaitUp(CONNECT_TIMEOUT);
    } catch (RuntimeException e) {
      feed.close();
      if (opened != null) {
        opened.close();
      }
      throw e;
    }
    this.sender = opened;
  }

  /**
   * Connects, and receives the reports about all orders.
   *
   * @throws UnknownTargetException if there is no fleet at this broker
   * @throws BrokerException if the broker can't be reached or refuses
   */
  public static FleetBroker open(BrokerAccess access) {
    return openWithKeys(access, List.of("kill.#", "presence.*"));
  }

  /**
   * Connects, and receives the reports about some orders only.
   *
   * @param orders the ids of the orders
   * @throws UnknownTargetException if there is no fleet at this broker
   * @throws BrokerException if the broker can't be reached or refuses
   */
  static FleetBroker open(BrokerAccess access, Collection<String> orders) {
    var keys = new ArrayList<String>();
    orders.forEach(order -> keys.add("kill." + order + ".*"));
    keys.add("presence.*");
    return openWithKeys(access, keys);
  }

  private static FleetBroker openWithKeys(BrokerAccess access, Collection<String> keys) {
    try {
      return new FleetBroker(access, List.copyOf(keys));
    } catch (NoSuchQueueException e) {
      throw new UnknownTargetException(
          "there is no fleet " + access.namespace().name() + " at " + access.address(), e);
    }
  }

  /**
   * Returns a new view, which receives every message that arrives until it is closed.
   *
   * @param clock tells when the messages arrive
   */
  public BrokerFleetConnection connect(InstantSource clock) {
    var view = new BrokerFleetConnection(this, clock, false);
    views.add(view);
    return view;
  }

  /** Returns the only view; its end is the end of the connections, too. */
  BrokerFleetConnection connectAlone(InstantSource clock) {
    var view = new BrokerFleetConnection(this, clock, true);
    views.add(view);
    return view;
  }

  void forget(BrokerFleetConnection view) {
    views.remove(view);
  }

  OrderReceipt send(Order order) {
    lock.lock();
    try {
      return sender.send(order, null, SEND_TIMEOUT);
    } finally {
      lock.unlock();
    }
  }

  void recordTripwire(Order pulled) {
    TripwireRecord.leave(access, pulled);
  }

  /** Returns the address of the broker without the password. */
  String address() {
    return access.address().toString();
  }

  String product() {
    return sender.dialect().product();
  }

  /** Asks the broker for counts, while no other thread does. */
  <T> T ask(Function<FleetProbe, T> question) {
    lock.lock();
    try {
      return question.apply(probe());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns a probe on the connection that receives reports. That connection never publishes, so an
   * alarm does not block it. While it is down, the probe is on another one.
   */
  FleetProbe probe() {
    try {
      return feed.probe();
    } catch (BrokerUnreachableException e) {
      return session().probe();
    }
  }

  /** Returns a session for other questions, on a connection that never publishes either. */
  BrokerSession session() {
    lock.lock();
    try {
      if (session == null) {
        session = BrokerSession.open(access);
      }
      return session;
    } finally {
      lock.unlock();
    }
  }

  /** Closes all connections at the same time: each has to wait for the broker's answer. */
  @Override
  public void close() {
    var others = new Thread(feed::close, "goodbye");
    others.setDaemon(true);
    others.start();
    lock.lock();
    try {
      sender.close();
      if (session != null) {
        session.close();
      }
    } finally {
      lock.unlock();
    }
    try {
      others.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Listener implements ReportFeed.Listener {
    private final AtomicLong generations = new AtomicLong();

    @Override
    public void up(long generation) {
      if (generations.getAndIncrement() > 0) {
        views.forEach(BrokerFleetConnection::missed);
      }
    }

    @Override
    public void report(Report report, @Nullable String userId) {
      views.forEach(view -> view.receive(report, userId));
    }

    @Override
    public void presence(Presence presence, @Nullable String userId) {
      views.forEach(view -> view.receive(presence, userId));
    }
  }
}
