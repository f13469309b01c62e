package dev.warrener.operator;

import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.broker.BrokerBlockedException;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.IncompatibleLibraryException;
import dev.warrener.messaging.broker.Libraries;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.time.SteadyClock;
import dev.warrener.operator.connection.FleetBroker;
import dev.warrener.operator.connection.FleetConnection;
import dev.warrener.operator.order.KillCall;
import dev.warrener.operator.order.KillCall.Outcome;
import dev.warrener.operator.order.KillPlan;
import dev.warrener.operator.order.OrderCall;
import dev.warrener.operator.order.OrderCall.Patience;
import dev.warrener.operator.order.OrderFactory;
import dev.warrener.operator.rollcall.OrderListener;
import dev.warrener.operator.rollcall.RollCall;
import dev.warrener.operator.rollcall.Totals;
import dev.warrener.operator.rollcall.UnknownTargetException;
import dev.warrener.operator.rollcall.Verdict;
import dev.warrener.operator.text.Phrases;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Gives orders to a fleet, and waits for the proof. The {@code warrener} commands do the same, with
 * the same code.
 *
 * <pre>{@code
 * try (var operator = Operator.connect(BrokerAddress.parse(uri))) {
 *   var result = operator.kill(Kill.of(Scope.ofBatch("june")).reason("INC-42"));
 *   if (!result.isConfirmed()) {
 *     result.verdict().sentences().forEach(System.err::println);
 *   }
 * }
 * }</pre>
 *
 * <p>Each method blocks until the controllers have answered or its timeout has passed. A missing
 * answer is no exception: the {@link Verdict} names who is missing. Exceptions mean that nothing
 * was sent, or that the broker was lost:
 *
 * <ul>
 *   <li>{@link UnknownTargetException}: the order names a controller, queue or worker that does not
 *       exist
 *   <li>{@link BrokerException} and its subclasses: the broker can't be reached, refuses this user,
 *       or blocks publishers
 *   <li>{@link InterruptedException}: the waiting was interrupted. An order that was sent stays in
 *       force
 * </ul>
 *
 * <p>Thread-safe: several threads may give orders at the same time, and none waits for another's
 * order to end. An operator keeps two connections to the broker, and reconnects by itself.
 */
public final class Operator implements AutoCloseable {
  private final Function<InstantSource, FleetConnection> connections;
  private final Runnable closing;
  private final OperatorOptions options;
  private final Supplier<InstantSource> clocks;
  private final AtomicBoolean isClosed = new AtomicBoolean();

  /**
   * Makes an operator.
   *
   * @param connections opens a connection for one call, with that call's clock
   * @param clocks makes the clock of a call: a program may run for longer than its host's clock is
   *     right
   */
  Operator(
      Function<InstantSource, FleetConnection> connections,
      Runnable closing,
      OperatorOptions options,
      Supplier<InstantSource> clocks) {
    this.connections = connections;
    this.closing = closing;
    this.options = options;
    this.clocks = clocks;
  }

  /** Connects with the default options; as {@link #connect(BrokerAddress, OperatorOptions)}. */
  public static Operator connect(BrokerAddress address) {
    return connect(address, OperatorOptions.DEFAULT);
  }

  /**
   * Connects to the broker of a fleet, within ten seconds. If the broker makes no reply queue
   * within three seconds, such as for a minute after a node of a cluster has frozen, this returns
   * all the same: orders are sent, and their reports are received as soon as there is a queue.
   *
   * @throws UnknownTargetException if there is no fleet of that namespace at this broker
   * @throws BrokerException if the broker can't be reached, or refuses user, password, virtual host
   *     or a right; {@link IncompatibleLibraryException} if a library of this program is one that
   *     Warrener can't work with
   */
  public static Operator connect(BrokerAddress address, OperatorOptions options) {
    Objects.requireNonNull(address, "address");
    Objects.requireNonNull(options, "options");
    Libraries.check();
    var broker =
        FleetBroker.open(BrokerAccess.of(address, options.namespace(), options.program()));
    return new Operator(broker::connect, broker::close, options, SteadyClock::startingNow);
  }

  /** Asks who is there. Waits for a missing answer two seconds after the last one. */
  public FleetSnapshot rollCall() throws InterruptedException {
    var clock = clocks.get();
    try (var connection = connection(clock)) {
      var call = new OrderCall(connection, clock);
      var answered = call.ask(OrderFactory.rollCall(options.issuedBy(), clock.instant()));
      return FleetSnapshot.of(call.roster(), answered.unnamed(), clock.instant());
    }
  }

  /** Asks what a kill would mean, and kills nothing. Waits for at most two seconds. */
  public OrderResult dryRun(Kill kill) throws InterruptedException {
    var clock = clocks.get();
    try (var connection = connection(clock)) {
      var call = new KillCall(kill.plan(), connection, clock);
      return OrderResult.of(call.ask(order(kill, true, clock)), clock.instant());
    }
  }

  /** Kills; as {@link #kill(Kill, OrderListener)} without a listener. */
  public KillResult kill(Kill kill) throws InterruptedException {
    return kill(kill, OrderListener.NONE);
  }

  /**
   * Kills workers with all their descendants, and waits until every controller has proven them dead
   * and settled their tasks, or until the confirmation timeout.
   *
   * <p>If the scope is not everything, the controllers are asked first whether the named places
   * exist, and a worker that is named without an incarnation is fenced to the process that runs
   * now. If the broker blocks publishers, a kill of everything that requeues and holds pulls the
   * tripwire instead.
   *
   * @param listener receives the progress, on this thread
   * @throws UnknownTargetException if the scope names a place that does not exist
   * @throws BrokerBlockedException if the broker blocks publishers, and the tripwire does something
   *     else than this kill
   */
  public KillResult kill(Kill kill, OrderListener listener) throws InterruptedException {
    var clock = clocks.get();
    var plan = kill.plan();
    var order = order(kill, false, clock);
    try (var connection = connection(clock)) {
      var call = new KillCall(plan, connection, clock);
      if (!plan.scope().all()) {
        look(call, order(kill, true, clock));
      }
      var outcome = call.send(order, options.confirmTimeout(), listener);
      if (outcome instanceof Outcome.Answered answered) {
        return new KillResult(OrderResult.of(answered.call(), clock.instant()), Optional.empty());
      }
      return byTripwire(order, (Outcome.ByTripwire) outcome);
    }
  }

  /** Asks before a kill. If the broker blocks publishers, sending the kill tells. */
  private static void look(KillCall call, Order preview) throws InterruptedException {
    try {
      var unused = call.askFirst(preview);
    } catch (BrokerBlockedException e) {
      return;
    }
  }

  private static KillResult byTripwire(Order order, Outcome.ByTripwire pulled) {
    int running = pulled.stillRunning();
    var verdict =
        running == 0
            ? new Verdict(Verdict.State.CONFIRMED, List.of())
            : new Verdict(
                Verdict.State.PARTIAL,
                List.of(
                    "The tripwire was pulled, and the broker counts "
                        + Phrases.count(running, "controller")
                        + (running == 1 ? " that still runs" : " that still run")
                        + " a worker process."));
    int confirmed = Math.max(0, pulled.listening() - running);
    return new KillResult(
        new OrderResult(
            order, verdict, List.of(), new Totals(pulled.listening(), confirmed, 0, 0, 0, 0, 0)),
        Optional.of(new KillResult.Tripwire(pulled.listening(), running, pulled.took())));
  }

  /** Holds; as {@link #hold(Scope, String, OrderListener)} without a listener. */
  public OrderResult hold(Scope scope, String reason) throws InterruptedException {
    return hold(scope, reason, OrderListener.NONE);
  }

  /**
   * Holds a scope: nothing of it starts until a resume. Running tasks go on.
   *
   * @param reason why, for the record
   */
  public OrderResult hold(Scope scope, String reason, OrderListener listener)
      throws InterruptedException {
    return send(OrderKind.HOLD, scope, reason, options.confirmTimeout(), listener);
  }

  /** Resumes; as {@link #resume(Scope, String, OrderListener)} without a listener. */
  public OrderResult resume(Scope scope, String reason) throws InterruptedException {
    return resume(scope, reason, OrderListener.NONE);
  }

  /**
   * Lifts the holds on a scope, and what was revoked in it.
   *
   * @param reason why, for the record
   */
  public OrderResult resume(Scope scope, String reason, OrderListener listener)
      throws InterruptedException {
    return send(OrderKind.RESUME, scope, reason, options.confirmTimeout(), listener);
  }

  /** Drains; as {@link #drain(Scope, String, OrderListener)} without a listener. */
  public OrderResult drain(Scope scope, String reason) throws InterruptedException {
    return drain(scope, reason, OrderListener.NONE);
  }

  /**
   * Holds a scope, and waits until nothing of it runs any more, or until the drain timeout.
   *
   * @param reason why, for the record
   */
  public OrderResult drain(Scope scope, String reason, OrderListener listener)
      throws InterruptedException {
    return send(OrderKind.DRAIN, scope, reason, options.drainTimeout(), listener);
  }

  private OrderResult send(
      OrderKind kind, Scope scope, String reason, Duration timeout, OrderListener listener)
      throws InterruptedException {
    var clock = clocks.get();
    try (var connection = connection(clock)) {
      var call = new OrderCall(connection, clock);
      if (!scope.all()) {
        var unused = call.askFirst(order(kind, scope, reason, true, clock));
      }
      var order = order(kind, scope, reason, false, clock);
      RollCall ended = call.send(order, Patience.of(timeout), listener);
      return OrderResult.of(ended, clock.instant());
    }
  }

  private Order order(Kill kill, boolean onlyAsks, InstantSource clock) {
    KillPlan plan = kill.plan();
    return OrderFactory.kill(
        Uuid7.next(), plan, kill.reason(), options.issuedBy(), clock.instant(), onlyAsks);
  }

  private Order order(
      OrderKind kind, Scope scope, String reason, boolean onlyAsks, InstantSource clock) {
    return OrderFactory.of(
        kind, Uuid7.next(), scope, reason, options.issuedBy(), clock.instant(), onlyAsks);
  }

  private FleetConnection connection(InstantSource clock) {
    if (isClosed.get()) {
      throw new IllegalStateException("this operator is closed");
    }
    return connections.apply(clock);
  }

  /**
   * Closes the connections. Orders that were sent stay in force; threads that wait for one see the
   * missing answers as silence. A second call does nothing.
   */
  @Override
  public void close() {
    if (!isClosed.getAndSet(true)) {
      closing.run();
    }
  }
}
