package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.Holds;
import dev.warrener.controller.fleet.state.Named;
import dev.warrener.controller.fleet.state.OrderProgress;
import dev.warrener.controller.fleet.state.Pending;
import dev.warrener.controller.fleet.state.RetainedRestrictions;
import dev.warrener.controller.fleet.state.Revocations;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.OrderKind;

/** Lets the controller write to disk the holds and revocations that no broker keeps. */
final class Retention {
  static final String NOT_WRITTEN_DOWN =
      "the order could not be written down here, so it does not survive a restart of this"
          + " controller";

  /** Puts the restrictions in force that a former run of this controller had written down. */
  void remembered(Transition change, RetainedRestrictions retained) {
    var holds = change.restrictions.holds();
    for (var hold : retained.holds().reversed()) {
      holds = holds.plus(Holds.Statement.of(hold));
    }
    var revocations = change.restrictions.revocations();
    for (var one : retained.orResumed()) {
      revocations =
          revocations.plus(
              new Named(one.task(), one.batch(), one.queue()),
              new Revocations.Resumption(
                  one.order(), one.issuedAt(), one.issuedBy(), one.keptHereAlone()));
    }
    for (var revoked : retained.revoked()) {
      revocations = revocations.plus(revoked);
    }
    var restrictions = change.restrictions.with(holds).with(revocations);
    for (var refused : retained.orRefused()) {
      restrictions = restrictions.refusing(refused);
      if (refused.user() == null) {
        change.orders =
            change.orders.refusing(refused.order(), refused.because(), change.instant());
      }
    }
    change.restrictions = restrictions.retaining(restrictions.mustKeep());
    for (var hold : holds.inForce(change.settings.controller())) {
      change.log(
          true,
          "a hold is still in force: "
              + hold.scope().describe()
              + " since "
              + hold.issuedAt()
              + " by "
              + hold.issuedBy()
              + " ("
              + hold.order()
              + "): "
              + hold.reason());
    }
  }

  /**
   * Writes down the restrictions, if those to be kept have changed.
   *
   * @param isNew whether they may have become more, and not only fewer
   */
  void keep(Transition change, boolean isNew) {
    var before = change.restrictions.retained();
    if (!isNew && before.isEmpty()) {
      return;
    }
    var next = change.restrictions.mustKeep();
    if (!next.equals(before)) {
      change.restrictions = change.restrictions.retaining(next);
      change.add(new Effect.Keep(change.ask(new Pending.Keeping()), next));
    }
  }

  /** The restrictions are written down, or could not be. */
  void kept(Transition change, Event.Kept kept) {
    if (!(change.broker.find(kept.token()) instanceof Pending.Keeping)) {
      return;
    }
    change.answered(kept.token());
    if (kept.failure() == null) {
      return;
    }
    change.log(
        true,
        "holds and revocations that must survive a restart could not be written to disk: "
            + kept.failure());
    for (var order : change.orders.listUnderWay()) {
      if (mustBeWrittenDown(order)) {
        change.put(order.failing(NOT_WRITTEN_DOWN + " (" + kept.failure() + ")"));
      }
    }
  }

  /** Whether an order has to wait until it is written down. */
  boolean isBeingWrittenDown(Transition change, OrderProgress order) {
    return mustBeWrittenDown(order) && !order.isImpatient() && change.broker.isWriting();
  }

  private static boolean mustBeWrittenDown(OrderProgress progress) {
    var order = progress.order();
    return progress.heard().isKeptHereAlone()
        && (order.setsHold()
            || order.kind() == OrderKind.RESUME
            || order.revocation() != Backlog.KEEP);
  }
}
