package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.report.Report;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A record of what happened to an order, for the audit log. */
public sealed interface AuditEntry {
  /** The time of the entry. */
  Instant at();

  /**
   * An order was accepted.
   *
   * @param origin the way by which the order arrived
   * @param user the user who gave it, as verified; or null
   * @param order the order as it came
   * @param expected the workers and tasks that it covers here
   */
  record Accepted(
      Instant at,
      HeardOrder.Origin origin,
      @Nullable String user,
      Order order,
      Report.Expected expected)
      implements AuditEntry {}

  /** A known order arrived again: it was answered, and not carried out again. */
  record Joined(Instant at, HeardOrder.Origin origin, @Nullable String user, String id)
      implements AuditEntry {}

  /**
   * An order was refused.
   *
   * @param id the id of the order, or null if it could not be read
   * @param order the order as it came, or null if it could not be read
   */
  record Refused(
      Instant at,
      HeardOrder.Origin origin,
      @Nullable String user,
      @Nullable String id,
      String because,
      @Nullable Order order)
      implements AuditEntry {}

  /**
   * An order is done here.
   *
   * @param dead the workers that were killed and proven dead
   * @param unconfirmed the workers that were killed and not proven dead
   * @param tasks the fates of the tasks that those workers ran
   * @param backlog the number of waiting tasks that were dropped or moved
   * @param failed the failures, each with its reason
   */
  record Ended(
      Instant at,
      String id,
      List<Dead> dead,
      List<Unconfirmed> unconfirmed,
      List<Settled> tasks,
      long backlog,
      ControllerState state,
      long tookMicros,
      List<String> failed,
      @Nullable List<String> notes)
      implements AuditEntry {}

  /** A late death or fate was reported about an order that was done. */
  record Late(Instant at, String id, Report report) implements AuditEntry {}

  /** A short death certificate. */
  record Dead(
      String worker,
      long incarnation,
      long pid,
      long startTicks,
      String containment,
      boolean proven,
      int signal,
      int processes,
      @Nullable String task,
      long deathMicros) {}

  /** A worker that is not proven dead, with the processes that are left. */
  record Unconfirmed(String worker, long incarnation, long pid, List<Report.Survivor> survivors) {}

  /** The fate of a task. */
  record Settled(String task, int attempt, String queue, Fate fate) {}

  /** Returns the entry of an order that has just been done. */
  static Ended ended(List<Report> said, Report.ControllerDone done) {
    var dead = new ArrayList<Dead>();
    var unconfirmed = new ArrayList<Unconfirmed>();
    var tasks = new ArrayList<Settled>();
    for (var report : said) {
      switch (report) {
        case Report.WorkerDead one ->
            dead.add(
                new Dead(
                    one.worker(),
                    one.incarnation(),
                    one.pid(),
                    one.startTicks(),
                    one.containment(),
                    one.proven(),
                    one.signal(),
                    one.processesKilled(),
                    one.task(),
                    one.deathMicros()));
        case Report.WorkerUnconfirmed one ->
            unconfirmed.add(
                new Unconfirmed(one.worker(), one.incarnation(), one.pid(), one.survivors()));
        case Report.TaskSettled one ->
            tasks.add(new Settled(one.task(), one.attempt(), one.queue(), one.fate()));
        case Report.ControllerHeard _, Report.ControllerDone _, Report.ControllerRefused _ -> {}
      }
    }
    return new Ended(
        done.at(),
        done.order(),
        dead,
        unconfirmed,
        tasks,
        done.backlog(),
        done.state(),
        done.tookMicros(),
        done.failed(),
        done.notes());
  }
}
