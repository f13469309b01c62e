package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.HeardOrder.Origin;
import dev.warrener.controller.fleet.state.Holds;
import dev.warrener.controller.fleet.state.OrderProgress;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells what of an order is not in force because a newer statement decides otherwise. Operators'
 * clocks differ, so the order that was given last need not be the newest. An order that changes
 * nothing must not look confirmed.
 */
final class Outranked {
  /** How much later than the newest statement an order may be that lifts it: a second. */
  private static final Duration NEXT = Duration.ofSeconds(1);

  private Outranked() {}

  /**
   * Returns why an order's time of issue can't be right, or null. Such an order would outrank every
   * other one until its time has come. A question changes nothing, and is answered. So is an order
   * right after one that is in force: that one was in time, and the clock was set back since.
   * Otherwise nothing could lift it.
   */
  static @Nullable String ahead(Transition change, Order order) {
    var ahead = Duration.between(change.instant(), order.issuedAt());
    var most = change.settings.clockTolerance();
    var newest = change.restrictions.newestIssuedAt();
    boolean isNext = newest != null && !order.issuedAt().isAfter(newest.plus(NEXT));
    if (ahead.compareTo(most) <= 0 || isNext) {
      return null;
    }
    return "it was issued at "
        + order.issuedAt()
        + ", "
        + seconds(ahead)
        + " ahead of this controller's clock ("
        + seconds(most)
        + " are allowed, by the setting clock-tolerance): set the clocks of both hosts right, and"
        + " give it again";
  }

  private static String seconds(Duration duration) {
    return duration.toSeconds() + " s";
  }

  /** Returns an order that has failed as far as a newer statement decides otherwise, on arrival. */
  static OrderProgress onArrival(Transition change, OrderProgress progress) {
    var next = progress;
    for (var sentence : sentences(change, progress.heard())) {
      next = next.failing(sentence);
    }
    return next;
  }

  /**
   * Returns an order that has failed as far as a newer statement has decided otherwise meanwhile.
   * An order of the log was lifted in its turn: that is noted.
   */
  static OrderProgress atTheEnd(Transition change, OrderProgress progress) {
    var next = progress;
    for (var sentence : sentences(change, progress.heard())) {
      if (!next.failed().contains(sentence) && !next.notes().contains(sentence)) {
        next =
            progress.heard().origin() == Origin.LOG
                ? next.noting(sentence)
                : next.failing(sentence);
      }
    }
    return next;
  }

  private static List<String> sentences(Transition change, HeardOrder heard) {
    var order = heard.order();
    var sentences = new ArrayList<String>(onHolds(change, heard));
    if (order.dryRun()) {
      return sentences;
    }
    boolean revokes = order.revocation() != Backlog.KEEP;
    change
        .restrictions
        .revocations()
        .outranking(heard, change.settings.controller())
        .forEach((what, newer) ->
            sentences.add(
                what
                    + (revokes ? " is not revoked: " : " stays revoked: ")
                    + isNewer(
                        newer.order(),
                        newer.issuedBy(),
                        newer.issuedAt(),
                        revokes ? "a resume" : "a kill",
                        order)));
    return sentences;
  }

  /** Returns a sentence for each part of a hold or resume that a newer one makes void here. */
  static List<String> onHolds(Transition change, HeardOrder heard) {
    var order = heard.order();
    var sentences = new ArrayList<String>();
    if (!order.setsHold() && (order.kind() != OrderKind.RESUME || order.dryRun())) {
      return sentences;
    }
    var outranking =
        change
            .restrictions
            .holds()
            .outranking(
                Holds.Statement.of(heard), change.settings.controller(), change.queues.keySet());
    for (var newer : outranking) {
      sentences.add(
          order.setsHold()
              ? "the hold is not in force for "
                  + newer.scope().describe()
                  + ": "
                  + isNewer(newer.order(), newer.issuedBy(), newer.issuedAt(), "a resume", order)
              : newer.scope().describe()
                  + " stays held: "
                  + isNewer(newer.order(), newer.issuedBy(), newer.issuedAt(), "a hold", order));
    }
    return sentences;
  }

  private static String isNewer(
      String id, String issuedBy, Instant issuedAt, String kind, Order order) {
    return "order "
        + id
        + " by "
        + issuedBy
        + ", "
        + kind
        + " issued at "
        + issuedAt
        + ", is newer than this one, issued at "
        + order.issuedAt()
        + " (if it was given before this one, check the clocks of both hosts, and give this order"
        + " again)";
  }
}
