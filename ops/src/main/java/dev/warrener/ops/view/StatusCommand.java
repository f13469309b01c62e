package dev.warrener.ops.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.warrener.messaging.broker.FleetProbe.QueueDepth;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Presence.Hold;
import dev.warrener.messaging.report.WorkerState;
import dev.warrener.operator.order.OrderHistory.Logged;
import dev.warrener.operator.rollcall.KnownController;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.screen.Cell;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code warrener status}. */
@Command(
    name = "status",
    description = "The fleet on one screen: broker, controllers, queues, holds.")
public final class StatusCommand extends FleetCommand {
  @Mixin private WatchOptions watching = new WatchOptions();

  public StatusCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  public ExitStatus run() throws InterruptedException {
    var screen = invocation().screen();
    return watching.run(invocation(), "status", snapshot -> show(screen, snapshot));
  }

  static void show(Screen screen, Snapshot snapshot) {
    switch (screen.format()) {
      case TABLE -> showTable(screen, snapshot);
      case JSON, JSONL -> screen.resultJson(StatusJson.of(snapshot));
      case NAME -> snapshot.roster().known().keySet().forEach(screen::resultName);
    }
    snapshot.sayUnheard(screen, "what is there is not shown");
  }

  private static void showTable(Screen screen, Snapshot snapshot) {
    screen.result(
        "Broker       "
            + snapshot.broker()
            + " at "
            + snapshot.address()
            + ", namespace "
            + snapshot.namespace());
    screen.result("Controllers  " + controllersLine(snapshot));
    if (snapshot.alarm() != null) {
      screen.result(
          screen.outStyle().paint(Tone.BAD, "Alarm")
              + "        the broker blocks publishers ("
              + snapshot.alarm()
              + "), so that no controller can answer; kill --all works all the same");
    }
    if (snapshot.tripped()) {
      screen.result(
          screen.outStyle().paint(Tone.BAD, "Tripwire     pulled: everything is held")
              + " until: warrener resume --all");
      screen.result("             " + PulledTripwire.by(snapshot.pulledBy(), snapshot.at()));
    }
    holdLines(screen, snapshot, hold -> true).forEach(screen::result);
    Revoked.lines(screen, snapshot, revocation -> true).forEach(screen::result);
    if (Revoked.more(snapshot) > 0) {
      screen.result(
          screen.outStyle().paint(Tone.WARN, "Revoked")
              + "      "
              + Phrases.count(Revoked.more(snapshot), "older order")
              + ", too (warrener kills list)");
    }
    problems(screen, snapshot);
    for (var presence : snapshot.roster().presences().values()) {
      var refused = presence.refusedOrders();
      if (refused != null && refused > 0) {
        screen.result(
            screen.outStyle().paint(Tone.WARN, "Refused")
                + "      "
                + Phrases.count(refused, "order")
                + " by "
                + presence.id()
                + " since its start: its audit log says whose and why");
      }
    }
    unproven(snapshot)
        .forEach((why, controllers) ->
            screen.result(
                screen.outStyle().paint(Tone.WARN, "Unproven")
                    + "     the kernel does not prove deaths at "
                    + Phrases.some(controllers, 3)
                    + ": "
                    + why));
    if (!snapshot.roster().known().isEmpty()) {
      screen.result("");
      screen.result(controllers(snapshot));
    }
    if (!snapshot.roster().queues().isEmpty()) {
      screen.result("");
      screen.result(queues(snapshot));
    }
  }

  private static void problems(Screen screen, Snapshot snapshot) {
    for (var presence : snapshot.roster().presences().values()) {
      var problems = presence.problems();
      if (problems != null) {
        problems.forEach(problem ->
            screen.result(
                screen.outStyle().paint(Tone.BAD, "Problem")
                    + "      at "
                    + presence.id()
                    + ": "
                    + problem));
      }
    }
  }

  /** Returns why deaths are not proven, with the controllers where that is so. */
  private static Map<String, List<String>> unproven(Snapshot snapshot) {
    var places = new LinkedHashMap<String, List<String>>();
    for (var presence : snapshot.roster().presences().values()) {
      var why = presence.unproven();
      if (why != null) {
        places.computeIfAbsent(why, _ -> new ArrayList<>()).add(presence.id());
      }
    }
    return places;
  }

  /** {@code 4 live, 1 silent; …}, also for {@code top}. */
  static String controllersLine(Snapshot snapshot) {
    var roster = snapshot.roster();
    var words = new StringBuilder();
    if (roster.presences().isEmpty() && !snapshot.isNobodyThere()) {
      words.append(snapshot.alarm() == null ? "none answered" : "none can answer");
    } else {
      words.append(roster.presences().size()).append(" live");
    }
    if (!roster.silent().isEmpty()) {
      words.append(", ").append(roster.silent().size()).append(" silent");
    }
    if (!snapshot.isComplete()) {
      snapshot
          .connected()
          .ifPresent(connected ->
              words
                  .append("; the broker counts ")
                  .append(connected)
                  .append(connected == 1 ? " that listens" : " that listen"));
    }
    snapshot
        .running()
        .ifPresent(running ->
            words
                .append(snapshot.isComplete() ? "; the broker counts " : ", ")
                .append(running)
                .append(running == 1 ? " that runs workers" : " that run workers"));
    return words.toString();
  }

  /** A line for each hold in force that is wanted. */
  static List<String> holdLines(Screen screen, Snapshot snapshot, Predicate<Hold> wanted) {
    return holds(snapshot.roster().presences().values()).entrySet().stream()
        .filter(entry -> wanted.test(entry.getKey()))
        .map(entry -> holdLine(screen, entry.getKey(), entry.getValue(), snapshot.at()))
        .toList();
  }

  /** A hold in one line, with the controllers that it is in force on. */
  static String holdLine(Screen screen, Hold hold, List<String> controllers, Instant now) {
    return screen.outStyle().paint(Tone.WARN, "Held")
        + "         "
        + hold.scope().describe()
        + " by "
        + hold.issuedBy()
        + " "
        + Phrases.ago(hold.since(), now)
        + (hold.reason().isEmpty() ? "" : ": " + hold.reason())
        + " ("
        + hold.order()
        + ", on "
        + String.join(", ", controllers)
        + ")";
  }

  /** Every hold in force, with the controllers that it is in force on. */
  static Map<Hold, List<String>> holds(Collection<Presence> presences) {
    var holds = new LinkedHashMap<Hold, List<String>>();
    for (var presence : presences) {
      for (var hold : presence.holds()) {
        holds.merge(
            hold,
            List.of(presence.id()),
            (one, more) -> java.util.stream.Stream.concat(one.stream(), more.stream()).toList());
      }
    }
    return holds;
  }

  /** The table of controllers, also for {@code controller list}. */
  static Table controllers(Snapshot snapshot) {
    var table =
        new Table()
            .left("CONTROLLER")
            .left("HOST")
            .left("STATE")
            .right("WORKERS")
            .right("BUSY")
            .left("CONTAINMENT")
            .left("SOFTWARE")
            .left("");
    for (var known : snapshot.roster().known().values()) {
      var presence = snapshot.roster().presences().get(known.id());
      if (presence == null) {
        if (snapshot.roster().silent().contains(known)) {
          table.row(
              Cell.of(known.id()),
              Cell.of(known.host()),
              Cell.of("✗ silent", Tone.BAD),
              Cell.of("?", Tone.BAD),
              Cell.of("?", Tone.BAD),
              Cell.EMPTY,
              Cell.EMPTY,
              Cell.of(snapshot.remark(known), Tone.FAINT));
        }
        continue;
      }
      table.row(
          Cell.of(presence.id()),
          Cell.of(presence.host()),
          Cell.of(presence.state().wire(), tone(presence)),
          Cell.of(living(presence)),
          Cell.of(busy(presence)),
          Cell.of(presence.containment()),
          Cell.of(presence.software()));
    }
    return table;
  }

  private static Tone tone(Presence presence) {
    return switch (presence.state()) {
      case RUNNING -> Tone.GOOD;
      case DISCONNECTED -> Tone.BAD;
      case STARTING, HELD, DRAINING, EXITING, LEFT -> Tone.WARN;
    };
  }

  /** Returns how many workers of a controller have a process. */
  static long living(Presence presence) {
    return presence.workers().stream().filter(worker -> worker.pid() != null).count();
  }

  /** Returns how many workers of a controller run a task. */
  static long busy(Presence presence) {
    return presence.workers().stream().filter(worker -> worker.state() == WorkerState.BUSY).count();
  }

  /** The table of queues, also for {@code queue list}. */
  static Table queues(Snapshot snapshot) {
    var table =
        new Table()
            .left("QUEUE")
            .right("WAITING")
            .right("TAKEN")
            .right("RETRYING")
            .right("DEAD")
            .right("CONTROLLERS")
            .right("WORKERS")
            .right("BUSY")
            .left("");
    for (var queue : snapshot.roster().queues()) {
      var row = QueueJson.of(queue, snapshot);
      var depth = snapshot.queues().get(queue);
      table.row(
          Cell.of(queue),
          depth == null ? Cell.of("?") : Cell.of(Phrases.grouped(depth.waiting())),
          Cell.of(Phrases.grouped(row.taken())),
          depth == null ? Cell.of("?") : Cell.of(Phrases.grouped(depth.retrying())),
          depth == null
              ? Cell.of("?")
              : Cell.of(Phrases.grouped(depth.dead()), depth.dead() > 0 ? Tone.WARN : Tone.NORMAL),
          Cell.of(row.controllers()),
          Cell.of(row.workers()),
          Cell.of(row.busy()),
          row.held() ? Cell.of("held", Tone.WARN) : Cell.EMPTY);
    }
    return table;
  }

  /**
   * A queue as JSON. Counts that the broker did not give are left out.
   *
   * @param waiting at the broker
   * @param taken with controllers, and not started
   * @param held whether every controller that serves it holds it
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record QueueJson(
      String queue,
      @Nullable Long waiting,
      long taken,
      @Nullable Long retrying,
      @Nullable Long dead,
      int controllers,
      int workers,
      int busy,
      boolean held) {

    static QueueJson of(String queue, Snapshot snapshot) {
      int controllers = 0;
      int workers = 0;
      int busy = 0;
      long taken = 0;
      boolean held = true;
      for (var presence : snapshot.roster().presences().values()) {
        for (var served : presence.queues()) {
          if (served.name().equals(queue)) {
            controllers++;
            workers += served.workers();
            taken += served.waiting();
            held &= served.held();
          }
        }
        for (var worker : presence.workers()) {
          busy += worker.queue().equals(queue) && worker.state() == WorkerState.BUSY ? 1 : 0;
        }
      }
      QueueDepth depth = snapshot.queues().get(queue);
      return new QueueJson(
          queue,
          depth == null ? null : depth.waiting(),
          taken,
          depth == null ? null : depth.retrying(),
          depth == null ? null : depth.dead(),
          controllers,
          workers,
          busy,
          held && controllers > 0);
    }
  }

  /** The user who has pulled the tripwire, as JSON. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record PulledJson(
      String order, String issuedBy, @Nullable String user, Instant at, String reason) {
    static @Nullable PulledJson of(@Nullable Logged pulled) {
      if (pulled == null) {
        return null;
      }
      var order = pulled.order();
      return new PulledJson(
          order.id(), order.issuedBy(), pulled.user(), order.issuedAt(), order.reason());
    }
  }

  /** The whole of it as JSON. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record StatusJson(
      int version,
      String type,
      Instant at,
      String broker,
      String address,
      String namespace,
      boolean tripped,
      @Nullable PulledJson pulled,
      @Nullable Integer connected,
      boolean complete,
      int unnamed,
      @Nullable String alarm,
      @Nullable Integer running,
      List<Presence> controllers,
      List<KnownController> silent,
      List<QueueJson> queues) {

    static StatusJson of(Snapshot snapshot) {
      SortedMap<String, Presence> presences = snapshot.roster().presences();
      return new StatusJson(
          1,
          "status",
          snapshot.at(),
          snapshot.broker(),
          snapshot.address(),
          snapshot.namespace(),
          snapshot.tripped(),
          PulledJson.of(snapshot.pulledBy()),
          orNull(snapshot.connected()),
          snapshot.isComplete(),
          snapshot.unnamed(),
          snapshot.alarm(),
          orNull(snapshot.running()),
          List.copyOf(presences.values()),
          snapshot.roster().silent(),
          snapshot.roster().queues().stream().map(queue -> QueueJson.of(queue, snapshot)).toList());
    }

    private static @Nullable Integer orNull(OptionalInt number) {
      return number.isPresent() ? number.getAsInt() : null;
    }
  }
}
