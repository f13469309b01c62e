package dev.warrener.ops.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.RosterState;
import dev.warrener.ops.CommandFailure;
import dev.warrener.ops.ExitStatus;
import dev.warrener.ops.command.FleetView.Snapshot;
import dev.warrener.ops.command.PsCommand.WorkerJson;
import dev.warrener.ops.rollcall.Known;
import dev.warrener.ops.screen.Cell;
import dev.warrener.ops.screen.Facts;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Table;
import dev.warrener.ops.screen.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * A controller as far as it is known; also its JSON.
 *
 * @param state what it says of itself, or {@code silent}, or {@code left}
 * @param lastSeen when it was last heard, by whoever tells
 * @param presence all that it says of itself; null if it did not answer
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ControllerView(
    String controller, String host, String state, Instant lastSeen, @Nullable Presence presence) {

  private static ControllerView of(Known known, @Nullable Presence presence) {
    String state =
        presence != null
            ? presence.state().wire()
            : known.state() == RosterState.LEFT ? "left" : "silent";
    return new ControllerView(known.id(), known.host(), state, known.lastSeen(), presence);
  }

  /** All but those that have left. */
  private static List<ControllerView> all(Snapshot snapshot) {
    return snapshot.roster().known().values().stream()
        .map(known -> of(known, snapshot.roster().presences().get(known.id())))
        .filter(view -> !view.state().equals("left"))
        .toList();
  }

  /** What goes with running a controller says nothing here, and is not ignored in silence. */
  private static void requireNothingToRun(CommandSpec spec) {
    var parent = spec.parent();
    var parsed = parent == null ? null : parent.commandLine().getParseResult();
    if (parsed == null) {
      return;
    }
    for (var option : parsed.matchedOptions()) {
      if (!option.inherited()) {
        throw new CommandFailure(
            ExitStatus.USAGE,
            option.longestName() + " goes with running a controller, not with " + spec.name());
      }
    }
  }

  /** {@code warrener controller list}. */
  @Command(
      name = "list",
      description = "The controllers: those that answer, and those that should and don't.")
  static final class ControllerList extends FleetCommand {
    @Spec private @Nullable CommandSpec spec;

    @Mixin private Watching watching = new Watching();

    ControllerList(Invocation invocation) {
      super(invocation);
    }

    @Override
    ExitStatus run() throws InterruptedException {
      if (spec != null) {
        requireNothingToRun(spec);
      }
      var screen = invocation().screen();
      return watching.run(invocation(), "controller list", snapshot -> show(screen, snapshot));
    }

    private static void show(Screen screen, Snapshot snapshot) {
      var views = all(snapshot);
      snapshot.sayAlarm(screen);
      switch (screen.format()) {
        case TABLE -> {
          if (views.isEmpty()) {
            screen.say("No controller answers.");
          } else {
            screen.result(StatusCommand.controllers(snapshot));
          }
        }
        case JSON -> screen.resultJson(views);
        case JSONL -> views.forEach(screen::resultJsonLine);
        case NAME -> views.forEach(view -> screen.result(view.controller()));
      }
    }
  }

  /** {@code warrener controller show}. */
  @Command(
      name = "show",
      description = "A controller: what it is, its queues, the holds in force there, its workers.")
  static final class Show extends FleetCommand {
    @Spec private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "ID", description = "The controller's id.")
    private String id = "";

    @Mixin private LocalOptions localOptions = new LocalOptions();

    Show(Invocation invocation) {
      super(invocation);
    }

    @Override
    ExitStatus run() throws InterruptedException {
      if (spec != null) {
        requireNothingToRun(spec);
      }
      var screen = invocation().screen();
      try (var view = localOptions.view(invocation(), "controller show")) {
        var snapshot = view.look();
        snapshot.sayAlarm(screen);
        var known = snapshot.roster().known().get(id);
        if (known == null) {
          throw new CommandFailure(
              ExitStatus.UNKNOWN_TARGET,
              "no controller "
                  + id
                  + Failures.didYouMean(id, snapshot.roster().known().keySet())
                  + " (warrener controller list shows all)");
        }
        var one = of(known, snapshot.roster().presences().get(id));
        switch (screen.format()) {
          case TABLE -> show(screen, one, known, snapshot);
          case JSON, JSONL -> screen.resultJson(one);
          case NAME -> screen.result(id);
        }
        return one.state().equals("silent") ? ExitStatus.NO_ANSWER : ExitStatus.DONE;
      }
    }

    private static void show(Screen screen, ControllerView one, Known known, Snapshot snapshot) {
      var now = snapshot.at();
      var presence = one.presence();
      var facts =
          new Facts("controller " + one.controller())
              .add("host", one.host())
              .add("state", one.state());
      if (presence == null) {
        var leaseEnd = known.leaseEndsAt();
        facts
            .add(
                "last seen",
                Text.stamp(one.lastSeen()) + " (" + Text.ago(one.lastSeen(), now) + ")")
            .add(
                "lease",
                leaseEnd == null ? null : "if it is cut off, over at " + Text.stamp(leaseEnd))
            .lines()
            .forEach(screen::result);
        return;
      }
      var refused = presence.refusedOrders();
      facts
          .add("pid", presence.pid())
          .add("software", presence.software())
          .add("containment", presence.containment())
          .add(
              "lease",
              presence.leaseMillis() == 0
                  ? "none: without the broker nothing bounds its runs"
                  : Text.brief(Duration.ofMillis(presence.leaseMillis())))
          .add(
              "refused", refused == null ? null : Text.count(refused, "order") + " since its start")
          .lines()
          .forEach(screen::result);
      presence.holds().stream()
          .map(hold -> StatusCommand.holdLine(screen, hold, List.of(one.controller()), now))
          .forEach(screen::result);
      if (!presence.queues().isEmpty()) {
        screen.result("");
        screen.result(queues(presence));
      }
      if (!presence.workers().isEmpty()) {
        screen.result("");
        screen.result(
            PsCommand.table(
                presence.workers().stream().map(w -> WorkerJson.of(presence, w)).toList(), now));
      }
    }

    private static Table queues(Presence presence) {
      var table =
          new Table()
              .left("QUEUE")
              .right("WORKERS")
              .right("RUNNING")
              .right("WAITING HERE")
              .left("");
      for (var queue : presence.queues()) {
        table.row(
            Cell.of(queue.name()),
            Cell.of(queue.workers()),
            Cell.of(queue.running()),
            Cell.of(queue.waiting()),
            queue.held() ? Cell.of("held", Tone.WARN) : Cell.EMPTY);
      }
      return table;
    }
  }
}
