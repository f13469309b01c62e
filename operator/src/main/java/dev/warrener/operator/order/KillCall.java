package dev.warrener.operator.order;

import dev.warrener.messaging.broker.BrokerBlockedException;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.Then;
import dev.warrener.operator.connection.FleetConnection;
import dev.warrener.operator.order.OrderCall.Patience;
import dev.warrener.operator.rollcall.OrderListener;
import dev.warrener.operator.rollcall.RollCall;
import dev.warrener.operator.rollcall.Roster;
import dev.warrener.operator.rollcall.UnknownTargetException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.IntSupplier;

/**
 * One kill, from the question what it would mean to the end of its roll-call. Beyond an {@link
 * OrderCall} a kill is fenced to the processes that were shown, its end is compared with the
 * broker's own count, and it pulls the tripwire if the broker blocks publishers. For one thread.
 */
public final class KillCall {
  /**
   * The longest that the broker's count of running controllers may lag behind their confirmations:
   * one second.
   */
  private static final Duration COUNT_LAG = Duration.ofSeconds(1);

  /** The longest time in which a controller that is connected is counted: three seconds. */
  private static final Duration ARMED_WITHIN = Duration.ofSeconds(3);

  /** The first wait for the next count; each wait is twice as long as the one before. */
  private static final Duration COUNT_PACE = Duration.ofMillis(2);

  private static final Duration LONGEST_COUNT_PACE = Duration.ofMillis(50);

  private final KillPlan plan;
  private final FleetConnection connection;
  private final InstantSource clock;
  private final OrderCall call;

  /** The end of a kill. */
  public sealed interface Outcome {
    /** The controllers have answered, or have not in time. */
    record Answered(RollCall call) implements Outcome {}

    /**
     * The broker blocked publishers, and the tripwire was pulled. Controllers can't report then:
     * only the broker's counts tell.
     *
     * @param listening how many controllers were listening to the tripwire
     * @param stillRunning how many controllers still run a worker process
     * @param took from the pulling to the last count
     */
    record ByTripwire(int listening, int stillRunning, Duration took) implements Outcome {}
  }

  public KillCall(KillPlan plan, FleetConnection connection, InstantSource clock) {
    this.plan = plan;
    this.connection = connection;
    this.clock = clock;
    this.call = new OrderCall(connection, clock);
  }

  /** Returns the controllers that have answered questions so far. */
  public Roster roster() {
    return call.roster();
  }

  /**
   * Asks the controllers what the kill would mean, and checks that the places that it names exist.
   *
   * @param preview the kill as a dry run
   * @throws UnknownTargetException if a place is unknown to every controller that answers
   * @throws BrokerBlockedException if the broker blocks publishers
   */
  public RollCall ask(Order preview) throws InterruptedException {
    return call.ask(preview);
  }

  /**
   * Sends the kill, issued now, and waits until all controllers have confirmed it.
   *
   * @param timeout how long to wait for the confirmations, after the grace
   * @throws BrokerBlockedException if the broker blocks publishers, and the kill is not what the
   *     tripwire does
   */
  public Outcome send(Order form, Duration timeout, OrderListener listener)
      throws InterruptedException {
    try {
      var ended =
          call.send(fenced(form), new Patience(timeout, timeout.plus(plan.grace())), listener);
      return new Outcome.Answered(checkedForForgeries(checkedAgainstBroker(ended)));
    } catch (BrokerBlockedException e) {
      return pullTripwire(form, e, timeout, listener);
    }
  }

  /**
   * Sends the kill, issued now, and waits for no answer. The tripwire is waited for if it has to be
   * pulled.
   *
   * @throws BrokerBlockedException as {@link #send}
   */
  public Outcome sendOnly(Order form, Duration timeout, OrderListener listener)
      throws InterruptedException {
    try {
      return new Outcome.Answered(call.sendOnly(fenced(form), listener));
    } catch (BrokerBlockedException e) {
      return pullTripwire(form, e, timeout, listener);
    }
  }

  /**
   * Asks as {@link #ask} does, before the kill is sent. If no answer can be received now, nothing
   * is asked: the kill must not wait for that.
   */
  public Optional<RollCall> askFirst(Order preview) throws InterruptedException {
    return call.askFirst(preview);
  }

  private Order fenced(Order form) {
    return OrderFactory.fenced(form, call.roster());
  }

  /**
   * A controller that has answered is connected, and so the broker counts it. If more have answered
   * than are counted, somebody answers for controllers that have lost the broker just now. After a
   * kill with {@code exit} the controllers are gone, and nothing can be compared.
   */
  private RollCall checkedForForgeries(RollCall ended) throws InterruptedException {
    if (plan.then() == Then.EXIT || !ended.verdict(clock.instant()).isConfirmed()) {
      return ended;
    }
    int counted =
        awaitCount(
            () -> connection.armed().orElse(Integer.MAX_VALUE),
            number -> ended.surplus(number) == 0,
            clock.instant().plus(ARMED_WITHIN));
    int surplus = ended.surplus(counted);
    return surplus == 0
        ? ended
        : ended.doubted(
            "More controllers have answered than the broker counts: "
                + surplus
                + " more. Somebody may have answered for a controller that has lost the broker.");
  }

  /**
   * If all controllers have confirmed that nothing runs, the broker's own count has to agree: a
   * controller that still runs a worker was overlooked.
   */
  private RollCall checkedAgainstBroker(RollCall ended) throws InterruptedException {
    if (!plan.scope().all()
        || plan.then() == Then.RESPAWN
        || !ended.verdict(clock.instant()).isConfirmed()) {
      return ended;
    }
    return ended
        .stillRunning(awaitNobodyRunning(clock.instant().plus(COUNT_LAG), 0))
        .miscounted(connection.miscounts());
  }

  /**
   * Waits until the broker counts no running controller; returns the last count.
   *
   * @param unknown what a count that can't be had is taken for
   */
  private int awaitNobodyRunning(Instant until, int unknown) throws InterruptedException {
    return awaitCount(() -> connection.running().orElse(unknown), number -> number == 0, until);
  }

  /** Asks for a count again and again until it is as it should be; returns the last one. */
  private int awaitCount(IntSupplier count, IntPredicate isRight, Instant until)
      throws InterruptedException {
    int last = count.getAsInt();
    var pace = COUNT_PACE;
    while (!isRight.test(last) && clock.instant().isBefore(until)) {
      connection.next(pace);
      pace = pace.compareTo(LONGEST_COUNT_PACE) < 0 ? pace.multipliedBy(2) : LONGEST_COUNT_PACE;
      last = count.getAsInt();
    }
    return last;
  }

  private Outcome pullTripwire(
      Order form, BrokerBlockedException blocked, Duration timeout, OrderListener listener)
      throws InterruptedException {
    if (!plan.isWhatTheTripwireDoes()) {
      throw blocked;
    }
    listener.pullingTripwire(blocked.alarm());
    var pulledAt = clock.instant();
    int listening;
    boolean before = false;
    try {
      listening = connection.pullTripwire();
    } catch (NoSuchQueueException e) {
      // It was pulled before: its order is in force, and is watched from here on.
      before = true;
      listening = Math.max(connection.running().orElse(0), roster().presences().size());
    } catch (UnsupportedOperationException e) {
      throw new BrokerBlockedException(
          blocked.alarm(),
          "the broker blocks publishers, and this one has no tripwire: nothing was sent",
          e);
    }
    listener.pulledTripwire(listening, before);
    if (!before) {
      connection
          .recordTripwire(OrderFactory.pulled(form, pulledAt))
          .ifPresent(listener::tripwireNotRecorded);
    }
    // A count that can't be had never stands for nobody.
    int running = awaitNobodyRunning(pulledAt.plus(timeout), Math.max(1, listening));
    return new Outcome.ByTripwire(listening, running, Duration.between(pulledAt, clock.instant()));
  }
}
