package dev.warrener.messaging.broker.orders;

import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.messaging.Names;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerErrors;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.BrokerLink;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.Connecting;
import dev.warrener.messaging.broker.ControllerIdTakenException;
import dev.warrener.messaging.broker.Dialect;
import dev.warrener.messaging.broker.Errors;
import dev.warrener.messaging.broker.FleetProbe;
import dev.warrener.messaging.broker.LinkSession;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.SerialExecutor;
import dev.warrener.messaging.broker.Topology;
import dev.warrener.messaging.broker.TopologyMismatchException;
import dev.warrener.messaging.broker.publishing.ConfirmedPublisher;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller's connection for orders. It only consumes. On each connection it first listens for
 * live orders, then reads the log from its beginning, hands the log over as a whole, and goes on
 * with the live orders. So no order is missed in between. The same order may arrive several times.
 * Thread-safe.
 */
public final class OrderFeed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OrderFeed.class);
  private static final Duration REARM_INTERVAL = Duration.ofSeconds(1);

  /**
   * The interval at which a tripwire that cancelled its consumers is looked for before it is
   * consumed from again. RabbitMQ 4.3 cancels consumers while it still deletes a quorum queue, and
   * closes the connection of a client that consumes from the queue then.
   */
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(20);

  private static final int LOOKS = 50;
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

  /** Receives orders. Called on one thread, in order; must not block. */
  public interface Listener {
    /**
     * A connection is up and the whole log has been read. Live orders follow.
     *
     * @param log everything in the log, oldest first; empty where the broker keeps no log
     * @param tripped whether the tripwire was found pulled
     */
    void synced(long generation, List<ReceivedOrder> log, boolean tripped);

    /** An order has arrived. */
    void ordered(ReceivedOrder order);

    /** The tripwire has been pulled: kill all, requeue, hold. */
    void tripped(long generation);

    /**
     * The connection is gone: no order arrives until the next {@link #synced}.
     *
     * @param reason a sentence
     * @param silence how long the broker had not answered when the connection was declared lost
     */
    void down(long generation, String reason, Duration silence);
  }

  private final BrokerAccess access;
  private final String controller;
  private final Listener listener;
  private final BrokerLink link;

  /** Calls the listener; a kill must not wait for a virtual thread's carrier. */
  private final SerialExecutor events = new SerialExecutor("broker-orders-events");

  /**
   * Runs the commands that need the broker. Not a {@link SerialExecutor}, because some are due only
   * after a delay.
   */
  private final ScheduledExecutorService commands =
      Executors.newSingleThreadScheduledExecutor(Connecting.daemon("orders-commands"));

  private volatile boolean running;

  /** Whether another try to be counted is scheduled. Used by the commands' thread alone. */
  private boolean isCounting;

  /** Whether there has been a connection. Used by the link's thread alone. */
  private boolean wasOpen;

  /** Tests the connections; null if nobody does. */
  private final @Nullable Ear ear;

  /** Since when no order can arrive; null while the connection is up, and before the first. */
  private volatile @Nullable Instant deafSince;

  private volatile @Nullable OrderConnection current;
  private volatile @Nullable Dialect dialect;

  /** Prepares a connection that nobody tests; {@link #start} makes it. */
  public OrderFeed(BrokerAccess access, String controller, Listener listener) {
    this(access, controller, listener, null);
  }

  /**
   * Prepares the connection; {@link #start} makes it.
   *
   * @param publisher sends the messages that show whether the connection still receives any; null
   *     for none
   */
  public OrderFeed(
      BrokerAccess access,
      String controller,
      Listener listener,
      @Nullable ConfirmedPublisher publisher) {
    this.ear = publisher == null ? null : new Ear(access, publisher);
    this.access = access;
    this.controller = Names.require("controller", controller);
    this.listener = listener;
    this.link = new BrokerLink(access, "orders", 1, new LinkOwner());
  }

  private final class LinkOwner implements BrokerLink.Owner {
    @Override
    public void up(LinkSession session) throws IOException {
      dialect = session.dialect();
      var connection =
          new OrderConnection(
              access, controller, wasOpen, session, new Handover(session.generation()));
      connection.open();
      wasOpen = true;
      current = connection;
      deafSince = null;
      testEarLater(connection);
      miscounts().forEach(problem -> LOG.warn("orders: {}", problem));
      command(OrderFeed.this::reconcileRunning);
    }

    @Override
    public void down(LinkSession session, String reason, Duration silence) {
      current = null;
      deafSince = Instant.now().minus(silence);
      events.execute(() -> listener.down(session.generation(), reason, silence));
    }
  }

  /** Hands the orders of one connection to the listener. */
  private final class Handover implements OrderConnection.Listener {
    private final long generation;

    Handover(long generation) {
      this.generation = generation;
    }

    @Override
    public void synced(List<ReceivedOrder> log, boolean tripped) {
      events.execute(() -> listener.synced(generation, log, tripped));
    }

    @Override
    public void ordered(ReceivedOrder order) {
      events.execute(() -> listener.ordered(order));
    }

    @Override
    public void tripwireCancelled(OrderConnection connection) {
      command(() -> lookForTripwire(connection, LOOKS));
    }

    /** A failover cancels consumers, too. The tripwire was pulled only if its queue is gone. */
    private void lookForTripwire(OrderConnection connection, int looks) {
      if (!connection.isOver() && !isThere(connection)) {
        events.execute(() -> listener.tripped(generation));
      } else if (looks > 0) {
        later(LOOK_INTERVAL, () -> lookForTripwire(connection, looks - 1));
      } else if (!listenToTripwire(connection)) {
        events.execute(() -> listener.tripped(generation));
      }
    }
  }

  /** Starts to connect, and goes on until {@link #close}. */
  public void start() {
    link.start();
  }

  /**
   * Waits until a connection is up and synced.
   *
   * @throws BrokerUnreachableException if none is in time, with the last attempt's reason
   * @throws NotAllowedException as soon as the broker refuses user, password, virtual host or a
   *     right
   * @throws ControllerIdTakenException if another controller of this id has been connected all the
   *     time
   * @throws TopologyMismatchException as soon as the fleet's exchanges or queues don't fit
   */
  public void awaitSynced(Duration timeout) {
    link.awaitUp(timeout);
  }

  /**
   * Returns the broker's dialect, as of the last connection.
   *
   * @throws BrokerUnreachableException if there has been none yet
   */
  public Dialect dialect() {
    var known = dialect;
    if (known == null) {
      throw new BrokerUnreachableException(
          "the broker at " + access.address() + " has not been reached yet", null);
    }
    return known;
  }

  /**
   * Shows the broker whether any process of this controller's workers lives, by consuming from the
   * running queue or not. Returns at once. The choice is kept over reconnects.
   */
  public void setRunning(boolean running) {
    this.running = running;
    command(this::reconcileRunning);
  }

  private void reconcileRunning() {
    var connection = current;
    if (connection != null) {
      onConnection(connection, () -> connection.showRunning(running));
      countLater(connection);
    }
  }

  /**
   * Returns why the broker does not count this controller, in a sentence for each queue; empty if
   * it does, and while there is no connection.
   */
  public List<String> miscounts() {
    var connection = current;
    if (connection == null) {
      return List.of();
    }
    return connection.locked().stream()
        .sorted()
        .map(queue -> FleetProbe.lockedQueue(queue) + ": the broker does not count this controller")
        .toList();
  }

  /** Returns the problems that somebody should know of, in a sentence each. */
  public List<String> problems() {
    var since = deafSince;
    return since == null
        ? miscounts()
        : List.of(
            "no order can reach it over the broker since "
                + since.truncatedTo(ChronoUnit.SECONDS)
                + ", because its order connection is lost");
  }

  /** Tests each connection again and again until it is over. */
  private void testEarLater(OrderConnection connection) {
    var tester = ear;
    if (tester != null && !connection.isOver()) {
      later(
          tester.interval(),
          () -> {
            tester.test(connection, judge -> later(tester.interval(), judge));
            testEarLater(connection);
          });
    }
  }

  /** Tries again and again to use the queues that belong to another connection alone. */
  private void countLater(OrderConnection connection) {
    if (isCounting || connection.locked().isEmpty() || connection.isOver()) {
      return;
    }
    isCounting = true;
    later(
        REARM_INTERVAL,
        () -> {
          isCounting = false;
          try {
            onConnection(connection, () -> connection.countAgain(running));
          } catch (BrokerException e) {
            LOG.debug("orders: this controller is not counted: {}", e.getMessage());
          }
          countLater(connection);
        });
  }

  /**
   * Makes the tripwire again if it is missing, and consumes from it. Returns at once, and tries
   * each second until that is done or the connection is lost.
   */
  public void rearm() {
    command(this::tryToRearm);
  }

  private void tryToRearm() {
    var connection = current;
    if (connection == null || connection.isOver() || connection.isArmed()) {
      return;
    }
    try (var requests = connection.requests()) {
      new Topology(requests, dialect()).declareTripwire();
    } catch (BrokerException e) {
      LOG.warn("orders: the tripwire's queue can't be declared again: {}", e.getMessage());
    }
    if (!listenToTripwire(connection) && !connection.isOver()) {
      later(REARM_INTERVAL, this::tryToRearm);
    }
  }

  private boolean isThere(OrderConnection connection) {
    var there = new boolean[] {true};
    onConnection(connection, () -> there[0] = connection.hasTripwire());
    return there[0];
  }

  private boolean listenToTripwire(OrderConnection connection) {
    var listening = new boolean[1];
    onConnection(connection, () -> listening[0] = connection.listenToTripwire());
    // If the connection is lost meanwhile, the next one looks again.
    return listening[0] || connection.isOver();
  }

  private interface Action {
    void run() throws IOException;
  }

  private void onConnection(OrderConnection connection, Action action) {
    try {
      action.run();
    } catch (IOException | ShutdownSignalException e) {
      connection.lost(BrokerErrors.reason(e));
    }
  }

  private void later(Duration delay, Runnable command) {
    try {
      var unused = commands.schedule(told(command), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("orders: closed");
    }
  }

  /** Returns a command whose failure is told: the executor would keep it to itself. */
  private static Runnable told(Runnable command) {
    return () -> {
      try {
        command.run();
      } catch (RuntimeException e) {
        LOG.error("a bug: a command of the order connection failed", e);
      } catch (Error e) {
        Errors.tell(e);
        throw e;
      }
    };
  }

  private void command(Runnable command) {
    try {
      commands.execute(told(command));
    } catch (RejectedExecutionException e) {
      LOG.debug("orders: closed");
    }
  }

  /** Ends the connection; returns when no listener is called any more. */
  @Override
  public void close() {
    link.close();
    commands.shutdownNow();
    events.close(CLOSE_LIMIT);
  }
}
