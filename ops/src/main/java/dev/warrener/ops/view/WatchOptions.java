package dev.warrener.ops.view;

import dev.warrener.ops.invocation.CommandFailure;
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

  /** The number of looks of a command that ends with Ctrl-C. */
  static final int FOR_EVER = 0;

  /** Shows one snapshot. */
  interface Show {
    void show(Snapshot snapshot);
  }

  /** Refuses a time of 0: the fleet would be asked without a pause. */
  static void requirePositive(String option, Duration time) {
    if (time.isZero()) {
      throw CommandFailure.usage(option + " must be longer than 0");
    }
  }

  /** Looks once, or repeatedly. */
  ExitStatus run(Invocation invocation, String command, Show show) throws InterruptedException {
    if (interval != null) {
      requirePositive("--watch", interval);
    }
    try (var view = FleetView.open(invocation, localOptions, command)) {
      if (interval != null) {
        return again(invocation, view, interval, FOR_EVER, show);
      }
      var snapshot = view.look();
      show.show(snapshot);
      return snapshot.status();
    }
  }

  /**
   * Looks repeatedly.
   *
   * @param times how often, or {@link #FOR_EVER}
   */
  static ExitStatus again(
      Invocation invocation, FleetView view, Duration interval, int times, Show show)
      throws InterruptedException {
    var snapshot = view.look();
    for (int shown = 1; ; shown++) {
      invocation.screen().startPage();
      show.show(snapshot);
      if (shown == times) {
        return snapshot.status();
      }
      snapshot = view.listen(interval);
    }
  }
}
