package dev.warrener.ops.view;

import dev.warrener.messaging.report.Presence;
import dev.warrener.operator.rollcall.KnownController;
import dev.warrener.operator.text.Phrases;
import dev.warrener.operator.text.Suggestions;
import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.invocation.LocalOptions;
import dev.warrener.ops.screen.Cell;
import dev.warrener.ops.screen.Facts;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Table;
import dev.warrener.ops.screen.Text;
import dev.warrener.ops.view.FleetView.Snapshot;
import dev.warrener.ops.view.PsCommand.WorkerJson;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code warrener controller show}. */
@Command(
    name = "show",
    description = "A controller: what it is, its queues, the holds in force there, its workers.")
public final class ControllerShowCommand extends FleetCommand {
  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "ID", description = "The controller's id.")
  private String id = "";

  @Mixin private LocalOptions localOptions = new LocalOptions();

  public ControllerShowCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  public ExitStatus run() throws InterruptedException {
    if (spec != null) {
      ControllerListCommand.requireNothingToRun(spec);
    }
    var screen = invocation().screen();
    try (var view = FleetView.open(invocation(), localOptions, "controller show")) {
      var snapshot = view.look();
      snapshot.sayAlarm(screen);
      var known = snapshot.roster().known().get(id);
      if (known == null) {
        throw new CommandFailure(
            ExitStatus.UNKNOWN_TARGET,
            "no controller "
                + id
                + Suggestions.didYouMean(id, snapshot.roster().known().keySet())
                + " (warrener controller list shows all)");
      }
      var one = ControllerView.of(known, snapshot.roster().presences().get(id));
      switch (screen.format()) {
        case TABLE -> show(screen, one, known, snapshot);
        case JSON, JSONL -> screen.resultJson(one);
        case NAME -> screen.resultName(id);
      }
      return one.state().equals("silent") ? ExitStatus.NO_ANSWER : ExitStatus.DONE;
    }
  }

  private static void show(
      Screen screen, ControllerView one, KnownController known, Snapshot snapshot) {
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
              Text.stamp(one.lastSeen()) + " (" + Phrases.ago(one.lastSeen(), now) + ")")
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
        .add("unproven", presence.unproven())
        .add(
            "lease",
            presence.leaseMillis() == 0
                ? "none: without the broker nothing bounds its runs"
                : Phrases.brief(Duration.ofMillis(presence.leaseMillis())))
        .add(
            "refused",
            refused == null ? null : Phrases.count(refused, "order") + " since its start")
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
        new Table().left("QUEUE").right("WORKERS").right("RUNNING").right("WAITING HERE").left("");
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
