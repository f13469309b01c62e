package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.Slot;
import dev.warrener.controller.fleet.state.TaskRun;
import dev.warrener.controller.fleet.state.WithoutBroker;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the runs that go on while this controller is cut off from the broker. A run is cut off in
 * two ways: the broker has its delivery back, so that another host may run the task too; or no
 * order can reach this controller, so that nobody can stop the run.
 */
final class Lease {
  /** How much sooner a timer may come than the clock that is asked says. */
  private static final Duration TRIFLE = Duration.ofSeconds(1);

  private final Supervision supervision;

  Lease(Supervision supervision) {
    this.supervision = supervision;
  }

  /**
   * A connection was lost: the runs that it leaves cut off are looked at when their time is over.
   *
   * @param silence the time since the broker's last sign of life on it
   */
  static void start(Transition change, Duration silence) {
    var over = new Timer.LeaseOver();
    var now = change.instant();
    switch (change.settings.withoutBroker()) {
      case KILL -> {
        change.schedule(over, now);
        change.schedule(over, now.minus(silence).plus(change.settings.lease()));
      }
      case LEASE -> change.schedule(over, now.minus(silence).plus(change.settings.lease()));
      case FINISH -> {}
    }
  }

  /** Returns what becomes of running tasks while no order can be received, as a clause. */
  static String fateOfDeaf(Transition change) {
    return change.settings.withoutBroker() == WithoutBroker.FINISH
        ? "go on to their end"
        : "go on for " + change.settings.lease().toMillis() + " ms at most";
  }

  /** Kills the workers whose runs have been cut off for too long. */
  void over(Transition change) {
    if (change.settings.withoutBroker() == WithoutBroker.FINISH) {
      return;
    }
    for (var slot : change.pool.slots()) {
      var run = slot.run();
      if (run != null && (slot.canBeKilled() || slot.hasGrace())) {
        judge(change, slot, run);
      }
    }
  }

  private void judge(Transition change, Slot slot, TaskRun run) {
    var lease = change.settings.lease();
    boolean goesOn = change.settings.withoutBroker() == WithoutBroker.LEASE;
    var withoutDelivery = left(change, run.lostAt(), goesOn ? lease : Duration.ZERO);
    var deaf = left(change, change.broker.deafSince(), lease);
    if (isOver(withoutDelivery)) {
      kill(
          change,
          slot,
          run,
          goesOn
              ? "ran on without the broker for the whole lease"
              : "ran on without the broker and may be handed to others");
    } else if (isOver(deaf)) {
      kill(change, slot, run, "ran on for the whole lease while no order could be received");
    } else if (withoutDelivery != null || deaf != null) {
      var sooner =
          deaf == null || (withoutDelivery != null && withoutDelivery.compareTo(deaf) < 0)
              ? withoutDelivery
              : deaf;
      // Its own timer is on its way, unless the clocks differ by a trifle.
      if (sooner != null && sooner.compareTo(TRIFLE) < 0) {
        change.schedule(new Timer.LeaseOver(), change.instant().plus(sooner));
      }
    }
  }

  /** Returns the time that is left to what has been cut off since then; null if it has not. */
  private static @Nullable Duration left(
      Transition change, @Nullable Instant since, Duration bound) {
    return since == null ? null : bound.minus(Duration.between(since, change.now.steady()));
  }

  private static boolean isOver(@Nullable Duration left) {
    return left != null && left.compareTo(Duration.ZERO) <= 0;
  }

  private void kill(Transition change, Slot slot, TaskRun run, String why) {
    change.log(true, "task " + run.task().id() + " " + why + ": its worker is killed");
    supervision.kill(change, slot, new Slot.Cause.LeaseOver());
  }
}
