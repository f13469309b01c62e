package dev.warrener.ops.command;

import dev.warrener.ops.ExitStatus;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The option to look again and again, and the loop of it. Written by picocli. */
final class Watching {
  @Option(
      names = {"-w", "--watch"},
      paramLabel = "TIME",
      arity = "0..1",
      fallbackValue = "1s",
      order = 40,
      converter = DurationConverter.class,
      description = "Look again every TIME (1s), until Ctrl-C.")
  private @Nullable Duration interval;

  @Mixin private LocalOptions localOptions = new LocalOptions();

  /** Shows one snapshot. */
  interface Show {
    void show(FleetView.Snapshot snapshot);
  }

  /** Looks once, or again and again. */
  ExitStatus run(Invocation invocation, String command, Show show) throws InterruptedException {
    try (var view =
        localOptions.isLocal()
            ? FleetView.open(invocation, localOptions.openLocal(invocation))
            : FleetView.open(invocation, command)) {
      var snapshot = view.look();
      if (interval == null) {
        show.show(snapshot);
        return snapshot.roster().silent().isEmpty() ? ExitStatus.DONE : ExitStatus.NO_ANSWER;
      }
      while (true) {
        invocation.screen().startPage();
        show.show(snapshot);
        snapshot = view.listen(interval);
      }
    }
  }
}
