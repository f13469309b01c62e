package dev.warrener.operator.order;

import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.operator.connection.FleetConnection;
import dev.warrener.operator.connection.FleetConnection.Heard;
import dev.warrener.operator.rollcall.KnownController;
import dev.warrener.operator.rollcall.OrderListener;
import dev.warrener.operator.rollcall.RollCall;
import dev.warrener.operator.rollcall.Roster;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;

/** Feeds a roll-call with the messages of a connection until it is over. For one thread. */
final class RollCallDriver {
  /** The longest time between two ticks of a listener: a tenth of a second. */
  private static final Duration TICK = Duration.ofMillis(100);

  private final FleetConnection connection;
  private final InstantSource clock;
  private final Roster roster;

  /**
   * Prepares a driver.
   *
   * @param roster receives the presences that arrive meanwhile
   */
  RollCallDriver(FleetConnection connection, InstantSource clock, Roster roster) {
    this.connection = connection;
    this.clock = clock;
    this.roster = roster;
  }

  /**
   * Follows a roll-call to its end.
   *
   * @param sends whether the order is sent again if the connection was down meanwhile: controllers
   *     answer the same id with the same reports
   */
  RollCall follow(RollCall opened, OrderListener listener, boolean sends)
      throws InterruptedException {
    var call = opened;
    while (!call.isOver(clock.instant())) {
      call = next(call, listener, patience(call));
      var now = clock.instant();
      if (connection.hasMissed() && sends) {
        sendAgain(call);
      }
      listener.tick(call, now);
    }
    return call;
  }

  /** Goes on with a roll-call until every controller that has answered is known. */
  RollCall awaitPresence(RollCall ended, OrderListener listener, Instant until)
      throws InterruptedException {
    var call = ended;
    while (call.hasStrangers() && clock.instant().isBefore(until)) {
      call = next(call, listener, TICK);
      listener.tick(call, clock.instant());
    }
    return call;
  }

  private RollCall next(RollCall call, OrderListener listener, Duration patience)
      throws InterruptedException {
    var heard = connection.next(patience);
    return heard.isPresent() ? take(heard.get(), call, listener) : call;
  }

  /** Asks for missed reports again. Without them their controllers count as silent. */
  private void sendAgain(RollCall call) {
    try {
      connection.send(call.order());
    } catch (BrokerUnreachableException e) {
      // The order itself is on its way, and the connection tells when it is up again.
    }
  }

  private Duration patience(RollCall call) {
    var now = clock.instant();
    return Stream.of(call.deadlines().hearBy(), call.deadlines().doneBy())
        .map(deadline -> Duration.between(now, deadline))
        .filter(left -> !left.isNegative() && !left.isZero())
        .reduce(TICK, (one, other) -> one.compareTo(other) < 0 ? one : other);
  }

  private RollCall take(Heard heard, RollCall call, OrderListener listener) {
    if (heard instanceof Heard.OfReport message) {
      var report = message.report();
      if (call.knows(report, message.userId())) {
        return call;
      }
      var next = call.with(report, message.userId(), message.at());
      listener.heard(report, message.userId(), next, message.at());
      return next.isOnlyAsked() ? withPatience(next, message.at()) : next;
    }
    if (heard instanceof Heard.OfPresence message) {
      roster.overhear(message.presence(), message.at(), message.userId());
      return call.knowing(
          List.of(KnownController.of(message.presence(), message.at(), message.userId())));
    }
    return call;
  }

  /**
   * Waits for the next answer to a question as long as for the first one, and for all answers
   * together at most {@link OrderCall#HEAR_WITHIN}: on a busy host answers come one after another.
   */
  private static RollCall withPatience(RollCall call, Instant answeredAt) {
    var sentAt = call.deadlines().sentAt();
    var end = answeredAt.plus(OrderCall.QUESTION);
    var last = sentAt.plus(OrderCall.HEAR_WITHIN);
    end = end.isAfter(last) ? last : end;
    return end.isAfter(call.deadlines().doneBy()) ? call.until(end) : call;
  }
}
