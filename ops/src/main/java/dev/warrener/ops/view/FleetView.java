package dev.warrener.ops.view;

import dev.warrener.messaging.broker.BrokerBlockedException;
import dev.warrener.messaging.broker.FleetProbe.QueueDepth;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.order.Order;
import dev.warrener.operator.connection.BrokerFleetConnection;
import dev.warrener.operator.connection.FleetConnection;
import dev.warrener.operator.connection.FleetConnection.Heard;
import dev.warrener.operator.order.OrderCall;
import dev.warrener.operator.order.OrderFactory;
import dev.warrener.operator.rollcall.Roster;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.invocation.LocalOptions;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A view of the fleet, by a roll-call. For a user who may not give orders, and between two looks,
 * it is by presence. For one thread.
 */
public final class FleetView implements AutoCloseable {
  /** How long to collect presence: 2.5 s, a little longer than the pause between two presences. */
  private static final Duration PRESENCE_ROUND = Duration.ofMillis(2500);

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
  private boolean mayOrder = true;
  private @Nullable String alarm;

  /**
   * The fleet at one moment.
   *
   * @param at when
   * @param broker what the broker is
   * @param address where, without the password
   * @param namespace of the fleet
   * @param roster all known controllers
   * @param connected how many controllers the broker counts; empty if it can't be asked
   * @param alarm the alarm with which the broker blocks publishers, so that no controller can
   *     report; or null
   * @param tripped whether the tripwire has been pulled
   * @param running how many controllers run a worker, by the broker's count; empty likewise
   * @param queues the queues that a controller serves, with the broker's counts; without queues
   *     that can't be asked
   */
  public record Snapshot(
      Instant at,
      String broker,
      String address,
      String namespace,
      Roster roster,
      OptionalInt connected,
      @Nullable String alarm,
      boolean tripped,
      OptionalInt running,
      SortedMap<String, QueueDepth> queues) {

    /**
     * Returns the exit status for a task that was not found. It may run at a controller that did
     * not answer.
     */
    ExitStatus statusOfAbsence() {
      return roster.silent().isEmpty() ? ExitStatus.UNKNOWN_TARGET : ExitStatus.NO_ANSWER;
    }

    /**
     * Prints to stderr that the broker blocks publishers, if it does, so that no controller can
     * answer.
     */
    void sayAlarm(Screen screen) {
      if (alarm != null) {
        screen.insist(
            Tone.WARN,
            "The broker blocks publishers (" + alarm + "), so that no controller can answer.");
      }
    }

    /** Prints to stderr which controllers did not answer, and what that means for what is shown. */
    void saySilent(Screen screen, String meaning) {
      for (var known : roster.contested()) {
        screen.insist(
            Tone.BAD,
            known.id()
                + " is contested: "
                + known.users().size()
                + " users of the broker claim to be it (warrener doctor names them)");
      }
      for (var known : roster.silent()) {
        screen.insist(
            Tone.BAD,
            known.id()
                + " is silent, last seen "
                + Phrases.ago(known.lastSeen(), at)
                + ": "
                + meaning);
      }
    }
  }

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

  /** Asks all controllers, and returns when all have answered or two seconds are over. */
  public Snapshot look() throws InterruptedException {
    connection.expected().forEach(roster::expect);
    try {
      alarm = null;
      call.ask(rollCall);
    } catch (BrokerBlockedException e) {
      alarm = e.alarm();
      listen(PRESENCE_ROUND);
    } catch (NotAllowedException e) {
      mayOrder = false;
      listen(PRESENCE_ROUND);
    }
    return snapshot();
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
    return snapshot();
  }

  private Snapshot snapshot() {
    return new Snapshot(
        clock.instant(),
        product,
        address,
        namespace,
        roster,
        connection.armed(),
        alarm,
        isTripped(),
        connection.running(),
        queues());
  }

  private boolean isTripped() {
    try {
      return broker != null && !broker.probe().armed();
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
