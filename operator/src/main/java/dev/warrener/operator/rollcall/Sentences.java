package dev.warrener.operator.rollcall;

import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.TaskTarget;
import dev.warrener.messaging.report.Report;
import dev.warrener.operator.text.Phrases;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
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

  /** Returns that several programs are one controller, so that nobody's answer is all of it. */
  static String twins(KnownController known) {
    return "Two programs are controller "
        + known.id()
        + " ("
        + (known.hosts().size() == 1 ? "both on host " : "on the hosts ")
        + String.join(" and ", known.hosts())
        + "), so nothing that either reports is all of it: "
        + KnownController.TWIN_REMEDY
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

  /** Returns a sentence for each task or batch of a kill that no controller had anything of. */
  static List<String> untouchedTargets(Order order, List<ControllerAnswer> rows) {
    if (order.kind() != OrderKind.KILL || order.dryRun() || !order.scope().namesTasks()) {
      return List.of();
    }
    if (rows.stream().anyMatch(row -> row.backlog() > 0)) {
      // Waiting tasks are only counted: any of the targets may have been among them.
      return List.of();
    }
    var tasks = new HashSet<String>();
    var batches = new HashSet<String>();
    for (var row : rows) {
      row.certificates().stream()
          .map(Report.WorkerDead::task)
          .forEach(task -> {
            if (task != null) {
              tasks.add(task);
            }
          });
      for (var task : row.settled()) {
        tasks.add(task.task());
        var batch = task.batch();
        if (batch != null) {
          batches.add(batch);
        }
      }
    }
    var sentences = new ArrayList<String>();
    order.scope().tasks().stream()
        .map(TaskTarget::id)
        .filter(id -> !tasks.contains(id))
        .forEach(id -> sentences.add("No controller runs task " + id + " or holds it."));
    if (order.scope().tasks().isEmpty()) {
      order.scope().batches().stream()
          .filter(batch -> !batches.contains(batch))
          .forEach(
              batch -> sentences.add("No controller runs or holds a task of batch " + batch + "."));
    }
    if (!sentences.isEmpty() && order.revocation() != Backlog.KEEP) {
      sentences.add(
          "The order stays in force: what still waits of it is "
              + (order.revocation() == Backlog.PURGE ? "purged" : "dead-lettered")
              + " when it comes up.");
    }
    return sentences;
  }

  /** Returns that the broker counts so many controllers that nobody knows by name. */
  static String unnamed(int controllers) {
    return "The broker counts "
        + Phrases.count(controllers, "more controller")
        + ", unknown by name, that did not answer.";
  }

  /** Returns that the broker counts so many controllers that still run a worker. */
  static String stillRunning(int controllers) {
    return "The broker counts "
        + Phrases.count(controllers, "controller")
        + " that still "
        + (controllers == 1 ? "runs" : "run")
        + " a worker process.";
  }

  /** Returns that a controller has the order and has not ended it. */
  static String unfinished(ControllerAnswer row) {
    return row.controller()
        + " has the order and is not done: "
        + row.certificates().size()
        + " of "
        + Phrases.count(row.expected().workers(), "worker")
        + " dead.";
  }
}
