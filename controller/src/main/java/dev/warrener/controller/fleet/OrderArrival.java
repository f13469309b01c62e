package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.FleetState.Phase;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.HeardOrder.Origin;
import dev.warrener.controller.fleet.state.Holds;
import dev.warrener.controller.fleet.state.OrderProgress;
import dev.warrener.controller.fleet.state.OrderProgress.Stage;
import dev.warrener.controller.fleet.state.RetainedRestrictions;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import java.time.Duration;
import java.util.HashSet;
import org.jspecify.annotations.Nullable;

/**
 * Accepts an order, joins it to an order with the same id, or refuses it. An order arrives by the
 * broadcast, from the log, over the control socket, or as the tripwire.
 */
final class OrderArrival {
  /** The time that the order of a pulled tripwire is in force: 30 min, as for any kill. */
  private static final Duration TRIPWIRE_LASTS = Duration.ofMinutes(30);

  /**
   * The time that an order from the log waits for its broadcast before it leaves the waiting
   * tasks as they are. The broadcast usually follows within milliseconds.
   */
  private static final Duration BROADCAST_WAIT = Duration.ofSeconds(10);

  private static final String ANOTHER =
      "another order was given with this id before: give this one an id of its own";

  private final OrderExecution execution;
  private final OrderKilling killing;
  private final OrderBacklog backlog;
  private final TaskArrival arrival;
  private final OrderReports reports;
  private final Retention retention;

  OrderArrival(
      OrderExecution execution,
      OrderKilling killing,
      OrderBacklog backlog,
      TaskArrival arrival,
      OrderReports reports,
      Retention retention) {
    this.execution = execution;
    this.killing = killing;
    this.backlog = backlog;
    this.arrival = arrival;
    this.reports = reports;
    this.retention = retention;
  }

  /** An order was broadcast, or was added to the log that this controller had read before. */
  void arrived(Transition change, HeardOrder heard) {
    var id = heard.order().id();
    var refusal = OrderRefusals.ofUser(change, heard);
    var known = change.orders.find(id);
    if (known != null) {
      join(change, known, heard, refusal);
      return;
    }
    if (refusal != null) {
      refuseUser(change, heard, refusal);
      return;
    }
    refusal = formerRefusal(change, heard);
    if (refusal == null && isAnother(change, heard.order())) {
      refusal = ANOTHER;
    }
    if (refusal != null) {
      reports.refused(change, heard, refusal);
      return;
    }
    refusal = OrderRefusals.of(change, heard.order(), false);
    if (refusal == null) {
      carryOut(change, heard, null);
    } else if (change.orders.given(id) != null) {
      // What it says is in force, and stays so: it was given, and had expired when it was read.
      reports.refused(change, heard, refusal);
    } else {
      refuse(change, heard, refusal);
    }
  }

  /**
   * Refuses an order for good. The log has the order, and a later run of this controller could find
   * nothing wrong with it: its fences may match nothing then, and its time looks right one day. So
   * the refusal is kept over a restart.
   */
  private void refuse(Transition change, HeardOrder heard, String because) {
    var order = heard.order();
    change.orders = change.orders.refusing(order.id(), because, change.instant());
    reports.refused(change, heard, because);
    if (heard.origin() != Origin.LOCAL && OrderRefusals.hasEffect(order)) {
      change.restrictions =
          change.restrictions.refusing(
              new RetainedRestrictions.Refused(order.id(), because, order.issuedAt(), null));
      retention.keep(change, true);
    }
  }

  /**
   * Refuses an order because of its user, who may be an operator for the next run of this
   * controller: what was refused stays so. The same id may still be an operator's: only this user's
   * order is refused, or a sender without the right could block the id.
   */
  private void refuseUser(Transition change, HeardOrder heard, String because) {
    var order = heard.order();
    var user = heard.userId();
    reports.refused(change, heard, because);
    if (user != null && OrderRefusals.hasEffect(order)) {
      change.restrictions =
          change.restrictions.refusing(
              new RetainedRestrictions.Refused(order.id(), because, order.issuedAt(), user));
      retention.keep(change, true);
    }
  }

  /** Returns why an order was refused before, or null. */
  private static @Nullable String formerRefusal(Transition change, HeardOrder heard) {
    var refusal = change.orders.refusal(heard.order().id());
    return refusal != null
        ? refusal
        : change.restrictions.refusalOf(heard.order().id(), heard.userId());
  }

  /** Answers an order that has come again, without carrying it out again. */
  private void join(
      Transition change, OrderProgress known, HeardOrder heard, @Nullable String refusal) {
    if (heard.origin() == Origin.LOG) {
      return;
    }
    if (refusal != null) {
      // A report of this refusal would read as if the known order had been refused.
      reports.refusedSilently(change, heard, refusal);
    } else if (!isAnother(change, heard.order())) {
      if (known.hasCome()) {
        reports.again(change, known, heard);
      } else {
        change.put(heard.origin() == Origin.BROKER ? known.come(heard) : known.come());
        liveOnly(change, heard);
      }
    } else {
      reports.refused(change, heard, ANOTHER);
    }
  }

  /** Whether an order with this id was given before, and was another one. */
  private static boolean isAnother(Transition change, Order order) {
    var first = change.orders.given(order.id());
    return first != null && !isTheSame(first, order);
  }

  /**
   * Whether two orders with one id are the same, as they were given. Fences and times are ignored,
   * because an order that is sent again may have new ones.
   */
  private static boolean isTheSame(Order one, Order other) {
    return one.kind() == other.kind()
        && one.scope().withoutFences().equals(other.scope().withoutFences())
        && one.inFlight() == other.inFlight()
        && one.backlog() == other.backlog()
        && one.then() == other.then()
        && one.graceMillis() == other.graceMillis()
        && one.dryRun() == other.dryRun();
  }

  /**
   * The log of orders has been read: its orders are put in force, and carried out if not expired.
   */
  void synced(Transition change, Event.OrdersSynced log) {
    boolean first = change.phase == Phase.STARTING;
    change.broker = change.broker.hearing();
    if (first) {
      change.phase = Phase.RUNNING;
    }
    var read = new HashSet<String>();
    for (var heard : log.log()) {
      var order = heard.order();
      // Of two orders with one id the first one counts, also when both have expired. What a
      // stranger has published does not: the id is still an operator's to use.
      if (OrderRefusals.ofUser(change, heard) != null
          || !read.add(order.id())
          || change.orders.given(order.id()) != null
          || formerRefusal(change, heard) != null) {
        continue;
      }
      if (order.isExpired(change.instant()) && OrderRefusals.ofTime(change, order) == null) {
        // While this controller was away it came too late to be carried out, but it was given.
        if (OrderRefusals.hasEffect(order)) {
          change.orders = change.orders.knowing(order);
        }
        putInForce(change, heard);
        continue;
      }
      var refusal = OrderRefusals.of(change, order, first);
      if (refusal != null) {
        refuse(change, heard, refusal);
      } else {
        carryOut(change, heard.with(read(order, first)), order);
      }
    }
    if (log.trippedBy() != null) {
      tripped(change, log.trippedBy());
    }
  }

  /** The order connection is lost: orders may be missed until it is synced again. */
  void disconnected(Transition change, Event.OrdersDown down) {
    if (change.broker.synced()) {
      change.broker = change.broker.deaf(change.now.steady().minus(down.silence()));
      change.log(
          true,
          "lost the order connection ("
              + down.reason()
              + "): no new tasks are taken, and running tasks "
              + Consumption.fateOfDeaf(change));
      Consumption.startLease(change, down.silence());
    }
  }

  /** The tripwire was pulled: it stands for a kill that could not be published. */
  void tripped(Transition change, String id) {
    change.log(true, "the tripwire was pulled: all workers are killed, and held until a resume");
    var now = change.instant();
    var order =
        Order.builder(OrderKind.KILL, Scope.ALL)
            .id(id)
            .inFlight(InFlight.REQUEUE)
            .then(Then.HOLD)
            .reason("the tripwire was pulled")
            .issuedBy("tripwire")
            .issuedAt(now)
            .expiresAt(now.plus(TRIPWIRE_LASTS))
            .build();
    carryOut(change, new HeardOrder(order, null, null, Origin.TRIPWIRE), null);
  }

  /**
   * Returns the part of an order from the log that is still to be carried out. No backlog is
   * dropped: other controllers may have done that long ago, and the tasks that wait now may have
   * been published since. An exit becomes a hold if the controller was started again after it.
   */
  static Order read(Order order, boolean first) {
    return order.toBuilder()
        .kind(order.kind() == OrderKind.PURGE ? OrderKind.ROLL_CALL : order.kind())
        .backlog(order.scope().namesTasks() ? order.backlog() : Backlog.KEEP)
        .then(first && order.then() == Then.EXIT ? Then.HOLD : order.then())
        .build();
  }

  /** Puts the holds, the resumes and the revocations of an order in force. */
  void putInForce(Transition change, HeardOrder heard) {
    var order = heard.order();
    if (order.dryRun()) {
      return;
    }
    if (order.setsHold() || order.kind() == OrderKind.RESUME) {
      change.restrictions =
          change.restrictions.with(change.restrictions.holds().plus(Holds.Statement.of(heard)));
    }
    if (order.kind() == OrderKind.RESUME) {
      change.restrictions =
          change.restrictions.with(
              change.restrictions.revocations().minus(heard, change.settings.controller()));
    }
    if (order.revocation() != Backlog.KEEP) {
      change.restrictions = change.restrictions.with(change.restrictions.revocations().plus(heard));
    }
    retention.keep(change, heard.isKeptHereAlone());
  }

  /**
   * Does what only a broadcast does. It makes the tripwire again, unless what that stands for is
   * still in force. Only a resume of everything that is given now does that, to the whole fleet. A
   * controller that finds the tripwire pulled must not be let loose by a resume of long ago, or of
   * something else.
   */
  private static void liveOnly(Transition change, HeardOrder heard) {
    var order = heard.order();
    if (heard.origin() == Origin.BROKER
        && order.kind() == OrderKind.RESUME
        && !order.dryRun()
        && order.scope().all()
        && Outranked.onHolds(change, heard).isEmpty()) {
      change.add(new Effect.Rearm());
    }
  }

  /**
   * Lets an order wait for its broadcast if it came from the log alone and drops waiting tasks. An
   * entry of the log may be late: a node of the broker can be behind, and the tasks that wait now
   * may have been published since. Whatever else the order says is done without waiting.
   */
  private static void awaitBroadcast(Transition change, OrderProgress progress) {
    if (OrderBacklog.awaitsBroadcast(change, progress)) {
      change.schedule(
          new Timer.BroadcastOver(progress.id()), change.instant().plus(BROADCAST_WAIT));
    }
  }

  /** The broadcast of an order should have come by now. */
  void broadcastOver(Transition change, String id) {
    var progress = change.orders.underWay(id);
    if (progress != null && OrderBacklog.awaitsBroadcast(change, progress)) {
      change.put(leavingBacklog(progress.reducedTo(read(progress.order(), false))));
    }
  }

  private static OrderProgress leavingBacklog(OrderProgress progress) {
    return progress.failing(
        "the order was read from the log, so the waiting tasks were left as they are: they may have"
            + " been published since");
  }

  /**
   * Returns a kill from the log with what is not known of it: a former run of this controller may
   * have been there when the order was given. What that run had begun is in its record of kills, if
   * it could keep one.
   */
  private static OrderProgress notingThePast(
      Transition change, OrderProgress progress, Order logged) {
    if (logged.kind() != OrderKind.KILL
        || logged.dryRun()
        || !logged.issuedAt().isBefore(change.startedAt)) {
      return progress;
    }
    var unknown = change.orders.unknownPast();
    if (unknown != null) {
      return progress.failing(
          "what a former run of this controller had begun of the order is not known: " + unknown);
    }
    return logged.inFlightOfKill() == InFlight.REQUEUE || logged.scope().namesTasks()
        ? progress
        : progress.noting(
            "this controller started after the order was given: tasks that a former run of it ran"
                + " before it received the order are back in their queues");
  }

  /**
   * Begins to carry out an order.
   *
   * @param logged the order as the log has it, if it was read from the log, or null
   */
  private void carryOut(Transition change, HeardOrder heard, @Nullable Order logged) {
    var order = heard.order();
    var sentence =
        "received order: "
            + order.kind().wire()
            + " "
            + order.scope().describe()
            + " by "
            + (heard.userId() == null ? order.issuedBy() : heard.userId())
            + (order.dryRun() ? ", dry run" : "")
            + " ("
            + order.id()
            + "): "
            + order.reason();
    if (order.dryRun() || order.kind() == OrderKind.ROLL_CALL) {
      change.debug(sentence);
    } else {
      change.log(false, sentence);
    }
    var progress = reports.heard(change, OrderProgress.started(heard, change.now.nanos()));
    if (logged != null) {
      progress = progress.come();
      if (!logged.dryRun() && OrderBacklog.isDroppedBy(change, logged)) {
        progress = leavingBacklog(progress);
      }
      progress = notingThePast(change, progress, logged);
    }
    if (order.dryRun() || order.kind() == OrderKind.ROLL_CALL) {
      execution.finish(change, progress);
      return;
    }
    putInForce(change, heard);
    liveOnly(change, heard);
    progress = Outranked.onArrival(change, progress);
    awaitBroadcast(change, progress);
    if (order.kind() == OrderKind.KILL) {
      change.put(progress);
      killing.start(change, order);
    } else if (order.kind() == OrderKind.PURGE && !OrderBacklog.awaitsBroadcast(change, progress)) {
      change.put(progress.at(Stage.SETTLING));
      backlog.dropWaiting(change, order, Backlog.PURGE);
    } else {
      change.put(progress);
    }
    arrival.checkWaiting(change);
  }
}
