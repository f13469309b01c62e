package dev.warrener.operator.rollcall;

import dev.warrener.messaging.order.OrderKind;
import dev.warrener.operator.text.Phrases;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The sentences of a verdict about single controllers. */
final class Sentences {
  private Sentences() {}

  /** Returns why a controller that has not answered leaves the outcome open. */
  static String silence(ControllerAnswer row, OrderKind kind, Instant now) {
    var one = row.known();
    String name = row.controller();
    if (!row.disbelieved().isEmpty()) {
      name += " (" + disbelief(row) + ")";
    }
    if (one == null) {
      return name + " has not answered.";
    }
    var leaseEndsAt = one.leaseEndsAt();
    String seen = name + " has not answered; it was last seen " + Phrases.ago(one.lastSeen(), now);
    if (kind != OrderKind.KILL && kind != OrderKind.DRAIN) {
      return seen + ".";
    }
    if (leaseEndsAt == null) {
      return seen + ": its workers may still run.";
    }
    return leaseEndsAt.isAfter(now)
        ? seen
            + ": its workers may still run; if it has lost the broker, its lease ends them by "
            + Phrases.clock(leaseEndsAt)
            + "."
        : seen
            + ": if it has lost the broker, its lease had ended its workers by "
            + Phrases.clock(leaseEndsAt)
            + "; that is not confirmed.";
  }

  /** Returns that somebody else has reported as a controller, and was not believed. */
  private static String disbelief(ControllerAnswer row) {
    return users(row.disbelieved()) + " reported about it, which it is not";
  }

  /** Returns who claims to be a controller, so that nobody is believed. */
  static String contest(ControllerAnswer row) {
    return users(row.claimants())
        + " claim to be controller "
        + row.controller()
        + ", so no report about it is believed: stop the one that it is not, and take its user's"
        + " rights away.";
  }

  private static String users(List<String> users) {
    return String.join(
        " and ",
        users.stream()
            .map(user -> user.isEmpty() ? "somebody without a user_id" : "user " + user)
            .toList());
  }

  /** Returns a sentence for each thing that failed at a controller. */
  static List<String> failures(ControllerAnswer row) {
    var sentences = new ArrayList<String>();
    for (var worker : row.unconfirmed()) {
      sentences.add(
          worker.worker()
              + " (pid "
              + worker.pid()
              + ") is not proven dead: "
              + (worker.reason() == null ? "" : worker.reason() + "; ")
              + Phrases.count(worker.survivors().size(), "process", "processes")
              + " of it left"
              + (worker.survivors().isEmpty()
                  ? "."
                  : ": "
                      + String.join(
                          ", ",
                          worker.survivors().stream()
                              .map(survivor ->
                                  survivor.pid()
                                      + " "
                                      + survivor.command()
                                      + " (state "
                                      + survivor.state()
                                      + ")")
                              .toList())
                      + "."));
    }
    row.failed().forEach(failure -> sentences.add(row.controller() + ": " + failure));
    return sentences;
  }
}
