package dev.warrener.ops.command;

import dev.warrener.messaging.broker.FleetProbe.QueueDepth;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.order.Order;
import dev.warrener.ops.command.FleetLine.Heard;
import dev.warrener.ops.command.FleetLine.Sent;
import dev.warrener.ops.rollcall.RollCall;
import dev.warrener.ops.rollcall.RollCall.Deadlines;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Text;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the fleet looks like: asked by a roll-call, or, for those who may not give orders and for
 * watching, heard from presence. For one thread.
 */
final class FleetView implements AutoCloseable {
  /** A little longer than controllers are silent between two presences. */
  private static final Duration PRESENCE_ROUND = Duration.ofMillis(2500);

  private final String product;
  private final String address;
  private final String namespace;
  private final FleetLine line;

  /** The same line, if it is one over a broker; null if there is none to ask for counts. */
  private final @Nullable BrokerLine broker;

  private Order rollCall;
  private final String person;
  private final InstantSource clock;
  private final Roster roster = Roster.empty();
  private boolean mayOrder = true;
  private @Nullable String alarm;

  /**
   * The fleet at one moment.
   *
   * @param at when
   * @param broker what the broker is
   * @param address where, without the password
   * @param namespace of the fleet
   * @param roster everybody
   * @param connected how many controllers the broker counts; empty if it can't be asked
   * @param alarm why the broker takes no publishes, so that no controller can say anything; or null
   * @param tripped whether the tripwire has been pulled
   * @param running how many controllers run a worker, by the broker's count; empty likewise
   * @param queues the queues that anybody serves, with the broker's counts; without those that
   *     can't be asked
   */
  record Snapshot(
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

    /** Says on stderr why nobody answers, if it is not the controllers' fault. */
    void sayAlarm(Screen screen) {
      if (alarm != null) {
        screen.insist(
            Tone.WARN,
            "The broker takes no publishes (" + alarm + "), so that no controller can answer.");
      }
    }

    /** Says on stderr who did not answer, and what that means for what is shown. */
    void saySilent(Screen screen, String meaning) {
      for (var known : roster.silent()) {
        screen.insist(
            Tone.BAD,
            known.id()
                + " is silent, last seen "
                + Text.ago(known.lastSeen(), at)
                + ": "
                + meaning);
      }
    }
  }

  private FleetView(
      Invocation invocation,
      FleetLine line,
      @Nullable BrokerLine broker,
      String address,
      Order rollCall) {
    this.product = broker == null ? "not asked" : broker.product();
    this.address = address;
    this.namespace = invocation.namespace().name();
    this.line = line;
    this.broker = broker;
    this.person = invocation.person();
    this.clock = invocation.clock();
    this.rollCall = rollCall;
  }

  /** Connects. */
  static FleetView open(Invocation invocation, String command) {
    var access = invocation.access(command);
    var rollCall = OrderForm.rollCall(invocation.person(), invocation.clock().instant());
    var line = BrokerLine.open(access, List.of(rollCall.id()), true, invocation.clock());
    return new FleetView(invocation, line, line, access.address().toString(), rollCall);
  }

  /** Looks at the controllers of this host alone. */
  static FleetView open(Invocation invocation, LocalLine line) {
    return new FleetView(
        invocation,
        line,
        null,
        "this host",
        OrderForm.rollCall(invocation.person(), invocation.clock().instant()));
  }

  /** Tells whether this user may give orders, as far as it was tried. */
  boolean mayOrder() {
    return mayOrder;
  }

  /** Looks: asks everybody, and returns when all have answered or two seconds are over. */
  Snapshot look() throws InterruptedException {
    line.expected().forEach(roster::expect);
    try {
      var sentAt = clock.instant();
      var until = sentAt.plus(Kill.QUESTION);
      var sent = line.send(rollCall);
      alarm = sent instanceof Sent.Blocked blocked ? blocked.because() : null;
      if (alarm != null) {
        listen(PRESENCE_ROUND);
      } else {
        var opened =
            RollCall.open(rollCall, new Deadlines(sentAt, until, until))
                .knowing(line.expected())
                .armed(line.armed().orElse(0));
        new Follower(line, clock)
            .follow(Follower.afterSending(opened, sent), new Kill.RosterKeeper(roster));
      }
    } catch (NotAllowedException e) {
      mayOrder = false;
      listen(PRESENCE_ROUND);
    }
    return snapshot();
  }

  /** Listens to presence for a while; without a broker there is none, and all are asked again. */
  Snapshot listen(Duration time) throws InterruptedException {
    if (broker == null) {
      line.next(time);
      rollCall = OrderForm.rollCall(person, clock.instant());
      roster.presences().clear();
      return look();
    }
    var until = clock.instant().plus(time);
    for (var now = clock.instant(); now.isBefore(until); now = clock.instant()) {
      var heard = line.next(Duration.between(now, until));
      if (heard.isPresent() && heard.get() instanceof Heard.OfPresence(var presence, var at)) {
        roster.add(presence, at);
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
        line.armed(),
        alarm,
        isTripped(),
        line.running(),
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
   * The broker's counts of a queue, whether or not anybody serves it; null if there is none of that
   * name.
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

  /** What controllers hold waits at the broker no more, whatever the broker counts. */
  private QueueDepth depth(BrokerLine asked, String queue) {
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
    line.close();
  }
}
