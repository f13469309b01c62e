package dev.warrener.operator.rollcall;

import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.Report.RosterEntry;
import dev.warrener.messaging.report.RosterState;
import dev.warrener.operator.rollcall.RollCall.Deadlines;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What controllers say about one order, made up for tests. Times are seconds after {@link #T0}. */
public final class Said {
  /** When the order was sent. */
  public static final Instant T0 = Instant.parse("2026-11-23T03:12:07Z");

  /** The id of every order here. */
  public static final String ORDER = "0193586f-9f60-7000-8000-000000000001";

  private Said() {}

  public static Instant at(double seconds) {
    return T0.plusMillis(Math.round(seconds * 1000));
  }

  public static Order kill(Scope scope) {
    return kill(scope, InFlight.REQUEUE);
  }

  public static Order kill(Scope scope, InFlight inFlight) {
    return order(OrderKind.KILL, scope, inFlight, Then.HOLD, false);
  }

  public static Order order(
      OrderKind kind,
      Scope scope,
      @Nullable InFlight inFlight,
      @Nullable Then then,
      boolean dryRun) {
    return Order.builder(kind, scope)
        .id(ORDER)
        .inFlight(inFlight)
        .then(then)
        .issuedBy("ana")
        .issuedAt(T0)
        .expiresAt(T0.plusSeconds(1800))
        .dryRun(dryRun)
        .build();
  }

  public static Report heard(
      String controller, long sequence, int workers, int tasks, RosterEntry... roster) {
    return new Report.ControllerHeard(
        1,
        ORDER,
        controller,
        "host-of-" + controller,
        T0,
        sequence,
        new Report.Expected(workers, tasks, tasks, 0, null),
        List.of(roster),
        null,
        null);
  }

  public static RosterEntry live(String id, double seenAt) {
    return new RosterEntry(id, "host-of-" + id, at(seenAt), RosterState.LIVE, 15_000L);
  }

  public static RosterEntry silent(String id, double seenAt) {
    return new RosterEntry(id, "host-of-" + id, at(seenAt), RosterState.SILENT, 15_000L);
  }

  public static RosterEntry left(String id, double seenAt) {
    return new RosterEntry(id, "host-of-" + id, at(seenAt), RosterState.LEFT, 15_000L);
  }

  public static Report dead(String controller, long sequence, int slot, @Nullable String task) {
    return new Report.WorkerDead(
        1,
        ORDER,
        controller,
        "host-of-" + controller,
        T0,
        sequence,
        controller + "/" + slot,
        1,
        4000 + slot,
        99,
        "subreaper",
        9,
        null,
        1,
        true,
        false,
        task,
        8200);
  }

  public static Report unconfirmed(
      String controller, long sequence, int slot, @Nullable String task) {
    return new Report.WorkerUnconfirmed(
        1,
        ORDER,
        controller,
        "host-of-" + controller,
        T0,
        sequence,
        controller + "/" + slot,
        1,
        4000 + slot,
        99,
        "subreaper",
        task,
        List.of(new Report.Survivor(4711, "D", "dd")),
        null);
  }

  public static Report settled(String controller, long sequence, String task, Fate fate) {
    return settled(controller, sequence, task, null, fate);
  }

  public static Report settled(
      String controller, long sequence, String task, @Nullable String batch, Fate fate) {
    return new Report.TaskSettled(
        1, ORDER, controller, "host-of-" + controller, T0, sequence, task, 1, batch, "mail", fate);
  }

  public static Report done(String controller, long sequence, int workers, int tasks) {
    return done(controller, sequence, workers, tasks, 0, List.of());
  }

  public static Report done(
      String controller, long sequence, int workers, int tasks, long backlog, List<String> failed) {
    return new Report.ControllerDone(
        1,
        ORDER,
        controller,
        "host-of-" + controller,
        T0,
        sequence,
        workers,
        tasks,
        backlog,
        ControllerState.HELD,
        41_000,
        failed);
  }

  public static Report refused(String controller, String because) {
    return new Report.ControllerRefused(
        1, ORDER, controller, "host-of-" + controller, T0, 1, because);
  }

  static final Deadlines TEN_SECONDS = new Deadlines(T0, at(10), at(10));

  static RollCall call(Order order, Report... reports) {
    return call(order, List.of(reports));
  }

  static RollCall call(Order order, List<Report> reports) {
    var call = RollCall.open(order, TEN_SECONDS);
    for (var report : reports) {
      call = call.with(report, at(0.01));
    }
    return call;
  }

  /** Two controllers, each with two workers, of which one runs a task. */
  static List<Report> allIsWell() {
    return List.of(
        heard("web-1", 1, 2, 1, live("web-2", -1)),
        heard("web-2", 1, 2, 1, live("web-1", -1)),
        dead("web-1", 2, 1, "a"),
        dead("web-1", 3, 2, null),
        dead("web-2", 2, 1, "b"),
        settled("web-1", 4, "a", Fate.REQUEUED),
        done("web-1", 5, 2, 1),
        dead("web-2", 3, 2, null),
        settled("web-2", 4, "b", Fate.REQUEUED),
        done("web-2", 5, 2, 1));
  }
}
