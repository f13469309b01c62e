package dev.warrener.controller.fleet.state;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A run that goes on while this controller is cut off from the broker. There are two ways: the
 * broker has its delivery back, so that another host may run the task too; or no order can reach
 * this controller, so that nobody can stop the run.
 *
 * @param left how long the run may still go on; zero or less if its time is over
 * @param what what it has done when its time is over, as the end of a sentence
 */
public record CutOff(Duration left, String what) {
  /** Returns how a run is cut off; of two ways the one that ends it sooner. Null if it is not. */
  public static @Nullable CutOff of(Settings settings, Broker broker, TaskRun run, Now now) {
    return switch (settings.withoutBroker()) {
      case FINISH -> null;
      case LEASE ->
          sooner(
              since(
                  run.lostAt(),
                  settings.lease(),
                  now,
                  "ran on without the broker for the whole lease"),
              deaf(settings, broker, now));
      case KILL ->
          sooner(
              since(
                  run.lostAt(),
                  Duration.ZERO,
                  now,
                  "ran on without the broker and may be handed to others"),
              // Nobody else can have the task meanwhile.
              deaf(settings, broker, now));
    };
  }

  private static @Nullable CutOff deaf(Settings settings, Broker broker, Now now) {
    return since(
        broker.deafSince(),
        settings.lease(),
        now,
        "ran on for the whole lease while no order could be received");
  }

  private static @Nullable CutOff since(
      @Nullable Instant since, Duration bound, Now now, String what) {
    return since == null
        ? null
        : new CutOff(bound.minus(Duration.between(since, now.steady())), what);
  }

  private static @Nullable CutOff sooner(@Nullable CutOff one, @Nullable CutOff other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return other.left.compareTo(one.left) < 0 ? other : one;
  }

  /** Whether the run must end now. */
  public boolean isOver() {
    return left.compareTo(Duration.ZERO) <= 0;
  }
}
