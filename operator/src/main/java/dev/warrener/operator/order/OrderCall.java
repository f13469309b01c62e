package dev.warrener.operator.order;

import dev.warrener.messaging.broker.BrokerBlockedException;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.orders.ReceivedReport;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.Report;
import dev.warrener.operator.connection.FleetConnection;
import dev.warrener.operator.connection.FleetConnection.Sent;
import dev.warrener.operator.rollcall.AnswerState;
import dev.warrener.operator.rollcall.OrderListener;
import dev.warrener.operator.rollcall.RollCall;
import dev.warrener.operator.rollcall.RollCall.Deadlines;
import dev.warrener.operator.rollcall.Roster;
import dev.warrener.operator.rollcall.UnknownTargetException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One order, from the question what it would mean to the end of its roll-call. Every order goes
 * this way; {@link KillCall} adds to it what only a kill needs. For one thread.
 */
public final class OrderCall {
  /**
   * The longest wait for a missing answer to a question, and for the next one while answers still
   * come: two seconds.
   */
  public static final Duration QUESTION = Duration.ofSeconds(2);

  /** The longest wait for a controller to answer that it has received an order: ten seconds. */
  public static final Duration HEAR_WITHIN = Duration.ofSeconds(10);

  /** The time that a question waits for the queue of reports, without which it gets no answers. */
  private static final Duration LISTEN_WITHIN = Duration.ofSeconds(7);

  private final FleetConnection connection;
  private final InstantSource clock;
  private final RollCallDriver driver;
  private final Roster roster;

  /**
   * The time that the roll-call of an order waits.
   *
   * @param hear for the first answer of a controller
   * @param done for the last; not shorter than {@code hear}
   */
  public record Patience(Duration hear, Duration done) {
    /** For a question. */
    static final Patience OF_A_QUESTION = new Patience(QUESTION, QUESTION);

    /** Returns a patience of {@code timeout}, and of at most ten seconds for the first answer. */
    public static Patience of(Duration timeout) {
      return new Patience(timeout.compareTo(HEAR_WITHIN) < 0 ? timeout : HEAR_WITHIN, timeout);
    }

    /** Returns a patience of {@code timeout} for the first answer as well. */
    public static Patience alsoWithTheSilent(Duration timeout) {
      return new Patience(timeout, timeout);
    }

    private Deadlines after(Instant askedAt, Instant sentAt) {
      return new Deadlines(sentAt, askedAt.plus(hear), askedAt.plus(done));
    }
  }

  public OrderCall(FleetConnection connection, InstantSource clock) {
    this(connection, clock, Roster.empty());
  }

  /**
   * Prepares a call.
   *
   * @param roster receives the controllers that answer questions
   */
  public OrderCall(FleetConnection connection, InstantSource clock, Roster roster) {
    this.connection = connection;
    this.clock = clock;
    this.driver = new RollCallDriver(connection, clock, roster);
    this.roster = roster;
  }

  /** Returns the controllers that have answered questions so far. */
  public Roster roster() {
    return roster;
  }

  /**
   * Asks the controllers what an order would mean, and checks that the places that it names exist.
   *
   * @param question the order as a dry run, or a roll-call
   * @throws UnknownTargetException if a place is unknown to every controller that answers
   * @throws BrokerBlockedException if the broker blocks publishers
   * @throws BrokerUnreachableException if the broker does not let the answers be received
   */
  public RollCall ask(Order question) throws InterruptedException {
    if (!connection.listens(LISTEN_WITHIN)) {
      throw new BrokerUnreachableException(
          "the broker"
              + connection.place().map(place -> " at " + place).orElse("")
              + " takes connections, but no reply queue could be made there, so no controller can"
              + " be asked",
          null);
    }
    var sentAt = clock.instant();
    var sent = sendOrFail(question);
    var call =
        follow(
            open(question, Patience.OF_A_QUESTION.after(sentAt, sentAt), sent),
            new RosterKeeper(),
            true);
    requireKnownPlaces(call);
    return call;
  }

  /**
   * Asks as {@link #ask} does, before an order is sent. If no answer can be received now, nothing
   * is asked: the order must not wait for that.
   */
  public Optional<RollCall> askFirst(Order question) throws InterruptedException {
    return connection.mayAskFirst() ? Optional.of(ask(question)) : Optional.empty();
  }

  private void requireKnownPlaces(RollCall call) {
    if (call.rows().stream()
        .allMatch(row ->
            row.answerState() == AnswerState.SILENT || row.answerState() == AnswerState.REFUSED)) {
      // No controller could be asked: the order is kept for those that come back.
      return;
    }
    var unknown = roster.unknownPlaces(call.order().scope(), connection::queueExists);
    if (!unknown.isEmpty()) {
      throw new UnknownTargetException(String.join("; ", unknown) + " (nothing was sent)");
    }
  }

  /**
   * Sends an order, issued now, and waits for its roll-call. If the controllers were asked before,
   * it is issued in their time, and after all that is in force there.
   *
   * @throws BrokerBlockedException if the broker blocks publishers
   */
  public RollCall send(Order form, Patience patience, OrderListener listener)
      throws InterruptedException {
    return sendAgain(
        OrderFactory.issuedAt(form, roster.timeOfIssue(clock.instant())),
        patience,
        List.of(),
        listener);
  }

  /**
   * Sends an order that was sent before once more, unchanged, and waits for its roll-call. A
   * controller that has done the order reports it again and does nothing twice.
   *
   * @param kept earlier reports about the order, as the broker has kept them
   * @throws BrokerBlockedException if the broker blocks publishers
   */
  public RollCall sendAgain(
      Order order, Patience patience, Collection<ReceivedReport> kept, OrderListener listener)
      throws InterruptedException {
    var call = with(kept, start(order, patience, listener));
    return follow(call.knowing(roster.known().values()), listener, true);
  }

  /**
   * Waits for the roll-call of an order that was sent before, and sends nothing: for a user who may
   * give no orders. Reports come when a controller is done, or when somebody else asks again.
   *
   * @param kept earlier reports about the order, as the broker has kept them
   */
  public RollCall watch(
      Order order, Patience patience, Collection<ReceivedReport> kept, OrderListener listener)
      throws InterruptedException {
    var now = clock.instant();
    // An operator's clock may be behind the one by which the order was given.
    var deadlines = patience.after(now, order.issuedAt().isBefore(now) ? order.issuedAt() : now);
    return follow(with(kept, RollCall.open(order, deadlines)), listener, false);
  }

  private static RollCall with(Collection<ReceivedReport> kept, RollCall opened) {
    var call = opened;
    for (var report : OrderHistory.ofThen(kept)) {
      call = call.with(report.report(), report.userId(), report.report().at());
    }
    return call;
  }

  /**
   * Sends an order, issued now, and waits for nothing.
   *
   * @return the roll-call, to which no controller has answered yet
   * @throws BrokerBlockedException if the broker blocks publishers
   */
  public RollCall sendOnly(Order form, OrderListener listener) {
    return start(
        OrderFactory.issuedAt(form, roster.timeOfIssue(clock.instant())),
        Patience.of(HEAR_WITHIN),
        listener);
  }

  private RollCall start(Order order, Patience patience, OrderListener listener) {
    var sentAt = clock.instant();
    var sent = sendOrFail(order);
    listener.sent(order, sentAt, problem(sent));
    // An order that was sent before is measured from then on.
    var issuedAt = order.issuedAt();
    return open(order, patience.after(sentAt, issuedAt.isBefore(sentAt) ? issuedAt : sentAt), sent);
  }

  private Optional<String> problem(Sent sent) {
    var problems = new ArrayList<String>();
    if (sent instanceof Sent.Broadcast broadcast) {
      broadcast.problem().ifPresent(problems::add);
    }
    try {
      if (!connection.listens(Duration.ZERO)) {
        problems.add("no report can be received yet: there is no reply queue at the broker");
      }
    } catch (BrokerException e) {
      problems.add("no report can be received: " + e.getMessage());
    }
    return problems.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", problems));
  }

  private static RollCall open(Order order, Deadlines deadlines, Sent sent) {
    var call = RollCall.open(order, deadlines);
    return sent instanceof Sent.NobodyListens nobody ? call.nobodyListens(nobody.isKept()) : call;
  }

  /**
   * Follows a roll-call to its end. The controllers that have to answer are known by the connection
   * itself, and by the broker's count. A count that could not be had is asked for once more at the
   * end, because it is never taken for none.
   *
   * @param sends whether the order may be sent again
   */
  private RollCall follow(RollCall opened, OrderListener listener, boolean sends)
      throws InterruptedException {
    var call = opened.knowing(connection.expected()).armed(connection.armed().orElse(0));
    boolean isCounted = connection.miscounts().isEmpty();
    var ended = driver.follow(call, listener, sends);
    if (isCounted) {
      return ended;
    }
    int armed = connection.armed().orElse(0);
    var because = connection.miscounts();
    return because.isEmpty()
        ? driver.follow(ended.armed(armed), listener, sends)
        : ended.miscounted(because);
  }

  private Sent sendOrFail(Order order) {
    var sent = connection.send(order);
    if (sent instanceof Sent.Blocked blocked) {
      throw blocked.exception(order);
    }
    return sent;
  }

  /** Adds the controllers that answer to the roster. */
  private final class RosterKeeper implements OrderListener {
    @Override
    public void heard(Report report, @Nullable String userId, RollCall call, Instant at) {
      roster.add(report, at, userId);
    }
  }
}
