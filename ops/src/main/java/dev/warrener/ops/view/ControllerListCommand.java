package dev.warrener.ops.view;

import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.screen.Screen;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code warrener controller list}. */
@Command(
    name = "list",
    description = "The controllers: those that answer, and those that should and don't.")
public final class ControllerListCommand extends FleetCommand {
  @Spec private @Nullable CommandSpec spec;

  @Mixin private WatchOptions watching = new WatchOptions();

  public ControllerListCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  public ExitStatus run() throws InterruptedException {
    if (spec != null) {
      requireNothingToRun(spec);
    }
    var screen = invocation().screen();
    return watching.run(invocation(), "controller list", snapshot -> show(screen, snapshot));
  }

  static void show(Screen screen, Snapshot snapshot) {
    var views = ControllerView.all(snapshot);
    switch (screen.format()) {
      case TABLE -> {
        if (views.isEmpty()) {
          snapshot.emptiness("No controller").ifPresent(screen::say);
        } else {
          screen.result(StatusCommand.controllers(snapshot));
        }
      }
      case JSON -> screen.resultJson(views);
      case JSONL -> views.forEach(screen::resultJsonLine);
      case NAME -> views.forEach(view -> screen.resultName(view.controller()));
    }
    snapshot.sayUnheard(screen, "what it does is not known");
  }

  /**
   * Refuses the options that go with running a controller: they have no effect here, and are not
   * ignored silently.
   */
  static void requireNothingToRun(CommandSpec spec) {
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
}
