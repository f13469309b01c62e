package dev.warrener.ops.view;

import dev.warrener.messaging.broker.BrokerBlockedException;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.FleetProbe;
import dev.warrener.messaging.broker.FleetProbe.QueueDepth;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.order.Order;
import dev.warrener.operator.connection.BrokerFleetConnection;
import dev.warrener.operator.connection.FleetConnection;
import dev.warrener.operator.connection.FleetConnection.Heard;
import dev.warrener.operator.order.OrderCall;
import dev.warrener.operator.order.OrderFactory;
import dev.warrener.operator.order.OrderHistory;
import dev.warrener.operator.order.OrderHistory.Logged;
import dev.warrener.operator.rollcall.Roster;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.invocation.LocalOptions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A view of the fleet, by a roll-call. For a user who may not give orders, and between two looks,
 * it is by presence. For one thread.
 */
public final class FleetView implements AutoCloseable {
  /**
   * The time for collecting presence: 2.5 s, a little longer than the pause between two presences.
   */
  private static final Duration PRESENCE_ROUND = Duration.ofMillis(2500);

  /** A controller that has not published its presence for so long is silent: three were missed. */
  private static final Duration SILENT_AFTER = Duration.ofSeconds(6);

  /** The longest that the broker may take for an answer, or for the log of orders. */
  private static final Duration READ_WITHIN = Duration.ofSeconds(20);

  private final String product;
  private final String address;
  private final String namespace;
  private final FleetConnection connection;

  /** The connection if it is over a broker, to ask for counts; null if there is no broker. */
  private final @Nullable BrokerFleetConnection broker;

  private Order rollCall;
  private final String person;
  private final InstantSource clock;
  private final Roster roster = Roster.empty();
  private final OrderCall call;
  private final SortedSet<String> byPresence = new TreeSet<>();
  private boolean mayOrder = true;
  private boolean nobodyListens;
  private @Nullable String alarm;
  private @Nullable Logged pulledBy;

  private FleetView(
      Invocation invocation,
      FleetConnection connection,
      @Nullable BrokerFleetConnection broker,
      String address,
      Order rollCall) {
    this.product = broker == null ? "not asked" : broker.product();
    this.address = address;
    this.namespace = invocation.namespace().name();
    this.connection = connection;
    this.broker = broker;
    this.person = invocation.person();
    this.clock = invocation.clock();
    this.call = new OrderCall(connection, clock, roster);
    this.rollCall = rollCall;
  }

  /** Connects as the options say: to this host's controllers, or over the broker. */
  public static FleetView open(Invocation invocation, LocalOptions options, String command)
      throws InterruptedException {
    return options.isLocal() ? openLocal(invocation, options) : open(invocation, command);
  }

  /** Connects over the broker. */
  public static FleetView open(Invocation invocation, String command) {
    var access = invocation.access(command);
    var rollCall = OrderFactory.rollCall(invocation.person(), invocation.clock().instant());
    var connection = invocation.connect(access, List.of(rollCall.id()));
    return new FleetView(invocation, connection, connection, access.address().toString(), rollCall);
  }

  private static FleetView openLocal(Invocation invocation, LocalOptions options)
      throws InterruptedException {
    return new FleetView(
        invocation,
        options.openLocal(invocation),
        null,
        "this host",
        OrderFactory.rollCall(invocation.person(), invocation.clock().instant()));
  }

  /** Whether this user may give orders, as far as it was tried. */
  public boolean mayOrder() {
    return mayOrder;
  }

  /**
   * Asks all controllers, and returns when all have answered, or two seconds after the last answer.
   * A controller that has published its presence meanwhile counts as one that has answered.
   */
  public Snapshot look() throws InterruptedException {
    connection.expected().forEach(roster::expect);
    nobodyListens = false;
    try {
      alarm = null;
      nobodyListens = call.ask(rollCall).reachedNobody();
      byPresence.addAll(roster.believePresence());
    } catch (BrokerBlockedException e) {
      alarm = e.alarm();
      listen(PRESENCE_ROUND);
    } catch (NotAllowedException e) {
      mayOrder = false;
      listen(PRESENCE_ROUND);
    }
    boolean tripped = isTripped();
    pulledBy = tripped ? findPulledBy() : null;
    return snapshot(tripped);
  }

  /**
   * Receives presence for a while. Without a broker there is none, and all controllers are asked
   * again.
   */
  Snapshot listen(Duration time) throws InterruptedException {
    if (broker == null) {
      connection.next(time);
      rollCall = OrderFactory.rollCall(person, clock.instant());
      roster.presences().clear();
      return look();
    }
    var until = clock.instant().plus(time);
    for (var now = clock.instant(); now.isBefore(until); now = clock.instant()) {
      var heard = connection.next(Duration.between(now, until));
      if (heard.isPresent()
          && heard.get() instanceof Heard.OfPresence(var presence, var at, var user)) {
        roster.add(presence, at, user);
        // Somebody could publish it.
        alarm = null;
      }
    }
    roster.expire(clock.instant().minus(SILENT_AFTER));
    return snapshot(isTripped());
  }

  private Snapshot snapshot(boolean tripped) {
    return new Snapshot(
        clock.instant(),
        product,
        address,
        namespace,
        roster,
        connection.armed(),
        nobodyListens,
        byPresence,
        alarm,
        tripped,
        pulledBy,
        connection.running(),
        queues());
  }

  /** Looks up who has pulled the tripwire, once. */
  private @Nullable Logged findPulledBy() {
    if (broker == null || pulledBy != null) {
      return pulledBy;
    }
    var session = broker.session();
    try {
      return broker.ask(probe -> OrderHistory.pulledBy(session), READ_WITHIN).orElse(null);
    } catch (BrokerUnreachableException e) {
      // The log can't be read now: then nobody knows here.
      return null;
    }
  }

  private boolean isTripped() {
    try {
      return broker != null && broker.ask(FleetProbe::tripped, READ_WITHIN);
    } catch (NotAllowedException | NoSuchQueueException e) {
      return false;
    }
  }

  /**
   * Returns the broker's counts of a queue, served or not; null if there is none of that name.
   *
   * @throws NotAllowedException if this user may not ask
   */
  @Nullable QueueDepth depth(String queue) {
    try {
      return broker == null ? null : depth(broker, queue);
    } catch (NoSuchQueueException e) {
      return null;
    }
  }

  /**
   * Returns the counts without tasks that controllers hold, which some brokers count as waiting.
   */
  private QueueDepth depth(BrokerFleetConnection asked, String queue) {
    var depth = asked.probe().queue(queue);
    return asked.probe().countsHeldTasks() ? depth.withoutHeld(roster.held(queue)) : depth;
  }

  private SortedMap<String, QueueDepth> queues() {
    var depths = new TreeMap<String, QueueDepth>();
    if (broker == null) {
      return depths;
    }
    for (var queue : roster.queues()) {
      try {
        depths.put(queue, depth(broker, queue));
      } catch (NotAllowedException | NoSuchQueueException e) {
        // Without the right to ask there is no count; the queue is still shown.
      }
    }
    return depths;
  }

  @Override
  public void close() {
    connection.close();
  }
}
