package dev.warrener.operator.rollcall;

import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.report.Report;
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
    String silent = row.controller() + " has not answered";
    if (!row.disbelieved().isEmpty()) {
      silent += " (" + disbelief(row) + ")";
    }
    if (one == null) {
      return silent + ".";
    }
    var leaseEndsAt = one.leaseEndsAt();
    String seen = silent + "; it was last seen " + Phrases.ago(one.lastSeen(), now);
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

  /** Returns that reports about a controller were ignored, because another user sent them. */
  private static String disbelief(ControllerAnswer row) {
    return "reports about it by "
        + users(row.disbelieved())
        + ", who is not "
        + row.controller()
        + ", were ignored";
  }

  /** Returns who claims to be a controller, so that nobody is believed. */
  static String contest(ControllerAnswer row) {
    return users(row.claimants())
        + " claim to be controller "
        + row.controller()
        + ", so no report about it is believed: "
        + KnownController.CONTEST_REMEDY
        + ".";
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
              + ") is not confirmed dead: "
              + String.join("; ", doubts(worker))
              + ".");
    }
    row.failed().forEach(failure -> sentences.add(row.controller() + ": " + failure));
    return sentences;
  }

  /** Returns why a worker is not confirmed dead: what is left of it, or that nobody can tell. */
  private static List<String> doubts(Report.WorkerUnconfirmed worker) {
    var doubts = new ArrayList<String>();
    if (worker.reason() != null) {
      doubts.add(worker.reason());
    }
    var survivors = worker.survivors();
    if (!survivors.isEmpty()) {
      doubts.add(
          Phrases.count(survivors.size(), "process of it still lives", "processes of it still live")
              + ": "
              + String.join(
                  ", ",
                  survivors.stream()
                      .map(survivor ->
                          survivor.pid()
                              + " "
                              + survivor.command()
                              + " (state "
                              + survivor.state()
                              + ")")
                      .toList()));
    }
    if (doubts.isEmpty()) {
      doubts.add("its controller gave no reason");
    }
    return doubts;
  }
}
