package dev.warrener.ops.view;

import dev.warrener.ops.invocation.DurationConverter;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.invocation.LocalOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The option to look repeatedly, and its loop. Written by picocli. */
final class WatchOptions {
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

  /** Looks once, or repeatedly. */
  ExitStatus run(Invocation invocation, String command, Show show) throws InterruptedException {
    try (var view = FleetView.open(invocation, localOptions, command)) {
      if (interval != null) {
        return again(invocation, view, interval, 0, show);
      }
      var snapshot = view.look();
      show.show(snapshot);
      return status(snapshot);
    }
  }

  /**
   * Looks repeatedly.
   *
   * @param times how often; 0 for ever
   */
  static ExitStatus again(
      Invocation invocation, FleetView view, Duration interval, int times, Show show)
      throws InterruptedException {
    var snapshot = view.look();
    for (int shown = 1; ; shown++) {
      invocation.screen().startPage();
      show.show(snapshot);
      if (shown == times) {
        return status(snapshot);
      }
      snapshot = view.listen(interval);
    }
  }

  private static ExitStatus status(FleetView.Snapshot snapshot) {
    return snapshot.roster().silent().isEmpty() ? ExitStatus.DONE : ExitStatus.NO_ANSWER;
  }
}
