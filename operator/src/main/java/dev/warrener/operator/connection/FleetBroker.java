package dev.warrener.operator.connection;

import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.Connecting;
import dev.warrener.messaging.broker.FleetProbe;
import dev.warrener.messaging.broker.IncompatibleLibraryException;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.TopologyMismatchException;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.orders.OrderReceipt;
import dev.warrener.messaging.broker.orders.OrderSender;
import dev.warrener.messaging.broker.orders.OutcomeFeed;
import dev.warrener.messaging.broker.orders.ReceivedReport;
import dev.warrener.messaging.broker.orders.TripwireRecord;
import dev.warrener.messaging.broker.reports.ReportFeed;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;
import dev.warrener.operator.connection.FleetConnection.Heard;
import dev.warrener.operator.rollcall.UnknownTargetException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The broker of a fleet, as an operator's program uses it: one connection that receives reports and
 * presence, and one that sends orders. Each {@link #connect} gives a view for one order, with its
 * own queue of messages; several views may be used at the same time. Thread-safe.
 *
 * <p>Sending comes first. A broker that takes orders need not let anybody listen: while one node of
 * a cluster is frozen, the others may declare no queue for a minute, but hand out what is
 * published. So the queue of the reports is waited for only for a few seconds, and tried again in
 * the background. Until it is there, reports about orders are read from the stream that keeps them.
 * A view that was open by then is told that it has missed messages.
 *
 * <p>A lock guards sending, and one thread counts, because neither client is thread-safe. Neither
 * waits for the other.
 */
public final class FleetBroker implements AutoCloseable {
  /** The longest wait for the queue of reports before orders are sent without it. */
  private static final Duration LISTEN_WITHIN = Duration.ofSeconds(3);

  /** The wait for that queue before reports are read from the stream, too. */
  private static final Duration ALONE_WITHIN = Duration.ofSeconds(1);

  /** The pause between two looks whether the stream is being read: a tenth of a second. */
  private static final Duration LOOK = Duration.ofMillis(100);

  /** The limit on sending an order. Half of it is enough to leave a silent node for another one. */
  private static final Duration SEND_TIMEOUT = Duration.ofSeconds(6);

  /** The silence of a node after which reports are received over another one, if there is one. */
  private static final Duration SILENT_NODE = Duration.ofSeconds(3);

  private final BrokerAccess access;
  private final InstantSource clock;
  private final List<BrokerFleetConnection> views = new CopyOnWriteArrayList<>();
  private final ReentrantLock sending = new ReentrantLock();
  private final ReentrantLock opening = new ReentrantLock();
  private final ExecutorService counting =
      Executors.newSingleThreadExecutor(Connecting.daemon("fleet-counts"));
  private final ReportFeed feed;
  private final OutcomeFeed outcomes;
  private final OrderSender sender;

  /** Whether orders could be sent before reports were received. */
  private volatile boolean isLate;

  private volatile boolean isClosed;

  /** Guarded by {@link #opening}. */
  private @Nullable BrokerSession session;

  private FleetBroker(BrokerAccess access, Collection<String> keys, InstantSource clock) {
    this.access = access;
    this.clock = clock;
    this.feed = new ReportFeed(movingOn(access), keys, new Listener());
    this.outcomes = new OutcomeFeed(movingOn(access), new Kept());
    feed.start();
    OrderSender opened = null;
    try {
      opened = OrderSender.open(access);
      opened.prepare();
      isLate = !hasQueue(ALONE_WITHIN);
      if (isLate) {
        outcomes.start();
        boolean unused = listens(LISTEN_WITHIN.minus(ALONE_WITHIN));
      }
    } catch (RuntimeException e) {
      outcomes.close();
      feed.close();
      if (opened != null) {
        opened.close();
      }
      throw e;
    }
    this.sender = opened;
  }

  /** Returns an access that leaves a silent node for another one while the answers are awaited. */
  private static BrokerAccess movingOn(BrokerAccess access) {
    return access.address().others().isEmpty()
        ? access
        : access.with(access.settings().withLostAfter(SILENT_NODE));
  }

  /**
   * Connects, and receives the reports about all orders as soon as the broker lets it.
   *
   * @throws UnknownTargetException if there is no fleet at this broker
   * @throws BrokerException if the broker can't be reached or refuses
   */
  public static FleetBroker open(BrokerAccess access, InstantSource clock) {
    return openWithKeys(access, List.of("kill.#", "presence.*"), clock);
  }

  /**
   * Connects, and receives the reports about some orders only, as soon as the broker lets it.
   *
   * @param orders the ids of the orders
   * @throws UnknownTargetException if there is no fleet at this broker
   * @throws BrokerException if the broker can't be reached or refuses
   */
  static FleetBroker open(BrokerAccess access, Collection<String> orders, InstantSource clock) {
    var keys = new ArrayList<String>();
    orders.forEach(order -> keys.add("kill." + order + ".*"));
    keys.add("presence.*");
    return openWithKeys(access, keys, clock);
  }

  private static FleetBroker openWithKeys(
      BrokerAccess access, Collection<String> keys, InstantSource clock) {
    try {
      return new FleetBroker(access, List.copyOf(keys), clock);
    } catch (NoSuchQueueException e) {
      throw new UnknownTargetException(
          "there is no fleet " + access.namespace().name() + " at " + access.address(), e);
    }
  }

  /** Returns a new view, which receives every message that arrives until it is closed. */
  public BrokerFleetConnection connect() {
    var view = new BrokerFleetConnection(this, false);
    views.add(view);
    return view;
  }

  /** Returns the only view; its end is the end of the connections, too. */
  BrokerFleetConnection connectAlone() {
    var view = new BrokerFleetConnection(this, true);
    views.add(view);
    return view;
  }

  void forget(BrokerFleetConnection view) {
    views.remove(view);
  }

  OrderReceipt send(Order order) {
    sending.lock();
    try {
      return sender.send(order, null, SEND_TIMEOUT);
    } finally {
      sending.unlock();
    }
  }

  /**
   * Waits until reports are received, for at most {@code patience}; returns whether they are.
   *
   * @throws BrokerException as soon as the broker refuses the queue of the reports
   */
  boolean listens(Duration patience) {
    long until = System.nanoTime() + patience.toNanos();
    while (true) {
      long left = until - System.nanoTime();
      if (outcomes.isUp() || hasQueue(Duration.ofNanos(Math.min(left, LOOK.toNanos())))) {
        return true;
      }
      if (left <= 0 || isClosed) {
        return false;
      }
    }
  }

  /** Waits for the queue of the reports, for at most {@code patience}; returns whether it is up. */
  boolean hasQueue(Duration patience) {
    try {
      feed.awaitUp(patience);
      return true;
    } catch (NotAllowedException
        | NoSuchQueueException
        | TopologyMismatchException
        | IncompatibleLibraryException e) {
      throw e;
    } catch (BrokerException e) {
      // Such as a limit of queues that others have filled: orders pass all the same.
      return false;
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

  /**
   * Asks the broker for counts, while no other thread does.
   *
   * @param limit the longest wait for the answer
   * @throws BrokerUnreachableException if there is no answer in time
   */
  <T> T ask(Function<FleetProbe, T> question, Duration limit) {
    Future<T> answer = null;
    try {
      answer = counting.submit(() -> question.apply(probe()));
      return answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      throw new BrokerUnreachableException("this connection was closed", e);
    } catch (TimeoutException e) {
      // What has not begun must not happen later, when nobody waits for it any more.
      answer.cancel(false);
      throw new BrokerUnreachableException(
          "the broker at " + access.address() + " has not answered for " + limit.toSeconds() + " s",
          e);
    } catch (InterruptedException e) {
      answer.cancel(false);
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while the broker counts");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException told) {
        throw told;
      }
      throw new IllegalStateException("the broker could not be asked", e.getCause());
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
    opening.lock();
    try {
      if (session == null) {
        session = BrokerSession.open(access);
      }
      if (isClosed) {
        // The close has not waited for it.
        session.close();
      }
      return session;
    } finally {
      opening.unlock();
    }
  }

  /** Closes all connections at the same time: each has to wait for the broker's answer. */
  @Override
  public void close() {
    isClosed = true;
    counting.shutdownNow();
    var others =
        new Thread(
            () -> {
              feed.close();
              outcomes.close();
            },
            "goodbye");
    others.setDaemon(true);
    others.start();
    sending.lock();
    try {
      sender.close();
    } finally {
      sending.unlock();
    }
    if (opening.tryLock()) {
      try {
        if (session != null) {
          session.close();
        }
      } finally {
        opening.unlock();
      }
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
      if (generations.getAndIncrement() > 0 || isLate) {
        views.forEach(BrokerFleetConnection::missed);
      }
    }

    @Override
    public void down(long generation, String reason) {
      if (!isClosed) {
        outcomes.start();
      }
    }

    @Override
    public void report(Report report, @Nullable String userId) {
      receive(new Heard.OfReport(report, clock.instant(), userId));
    }

    @Override
    public void presence(Presence presence, @Nullable String userId) {
      receive(new Heard.OfPresence(presence, clock.instant(), userId));
    }
  }

  /** Takes the reports from the stream; those that came before change nothing. */
  private final class Kept implements OutcomeFeed.Listener {
    @Override
    public void up() {
      views.forEach(BrokerFleetConnection::missed);
    }

    @Override
    public void report(ReceivedReport report) {
      receive(new Heard.OfReport(report.report(), clock.instant(), report.userId()));
    }
  }

  private void receive(Heard heard) {
    views.forEach(view -> view.receive(heard));
  }
}
