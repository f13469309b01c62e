package dev.warrener.operator.connection;

import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.Report;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;

/**
 * A connection to controllers that a test makes up, and the clock that goes with it: time passes
 * only while somebody waits for a message.
 */
public final class ScriptedConnection implements FleetConnection, InstantSource {
  private final Deque<Heard> waiting = new ArrayDeque<>();
  private final Deque<Heard> later = new ArrayDeque<>();
  private final Deque<Duration> pauses = new ArrayDeque<>();
  private final List<Order> sent = new ArrayList<>();
  private final Function<Order, List<Report>> answers;
  private Instant now;
  private Sent outcome = new Sent.Broadcast(Optional.empty());
  private int armed;
  private IntUnaryOperator running = asked -> 0;
  private int askedForRunning;
  private boolean tripwireIsPulled;
  private boolean missed;
  private final List<Order> recorded = new ArrayList<>();

  /**
   * Makes a connection.
   *
   * @param answers what the controllers report about an order
   */
  public ScriptedConnection(Instant start, Function<Order, List<Report>> answers) {
    this.now = start;
    this.answers = answers;
  }

  /** What becomes of every order from now on. */
  public ScriptedConnection sending(Sent result) {
    outcome = result;
    return this;
  }

  /** How many controllers the broker counts. */
  public ScriptedConnection counting(int controllers) {
    armed = controllers;
    return this;
  }

  /** How many controllers run a worker, by how often that was asked before. */
  public ScriptedConnection running(IntUnaryOperator count) {
    running = count;
    return this;
  }

  /** Somebody has pulled the tripwire before. */
  public ScriptedConnection withPulledTripwire() {
    tripwireIsPulled = true;
    return this;
  }

  /** The connection was down, once. */
  public void goDown() {
    missed = true;
  }

  /** Something that arrives by itself, {@code after} the start or the last such thing. */
  public ScriptedConnection later(Duration after, Heard heard) {
    later.add(heard);
    pauses.add(after);
    return this;
  }

  public List<Order> sent() {
    return sent;
  }

  /** What the broker was told of who has pulled the tripwire. */
  public List<Order> recorded() {
    return recorded;
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public Optional<Heard> next(Duration patience) {
    var pause = pauses.peek();
    if (waiting.isEmpty() && pause != null) {
      if (pause.compareTo(patience) > 0) {
        pauses.remove();
        pauses.addFirst(pause.minus(patience));
      } else {
        now = now.plus(pauses.remove());
        waiting.add(arriving(later.remove(), now));
      }
    }
    var heard = Optional.ofNullable(waiting.poll());
    now = now.plus(heard.isPresent() ? Duration.ofMillis(1) : patience);
    return heard;
  }

  private static Heard arriving(Heard heard, Instant at) {
    return heard instanceof Heard.OfReport report
        ? new Heard.OfReport(report.report(), at, report.userId())
        : new Heard.OfPresence(((Heard.OfPresence) heard).presence(), at, null);
  }

  @Override
  public Sent send(Order order) {
    sent.add(order);
    if (outcome instanceof Sent.Broadcast) {
      answers.apply(order).forEach(report -> waiting.add(new Heard.OfReport(report, now)));
    }
    return outcome;
  }

  @Override
  public OptionalInt armed() {
    return OptionalInt.of(armed);
  }

  @Override
  public OptionalInt running() {
    return OptionalInt.of(running.applyAsInt(askedForRunning++));
  }

  @Override
  public int pullTripwire() {
    if (tripwireIsPulled) {
      throw new NoSuchQueueException("the tripwire was pulled before", null);
    }
    tripwireIsPulled = true;
    return armed;
  }

  @Override
  public Optional<String> recordTripwire(Order pulled) {
    recorded.add(pulled);
    return Optional.empty();
  }

  @Override
  public boolean queueExists(String queue) {
    return false;
  }

  @Override
  public boolean hasMissed() {
    boolean was = missed;
    missed = false;
    return was;
  }

  @Override
  public void close() {}
}
