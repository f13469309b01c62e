package dev.warrener.operator.order;

import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A kill with its defaults filled in. The defaults depend on the scope. If the scope names a place
 * (everything, controllers, queues), running tasks are requeued and the place is held. A killed
 * worker is replaced. Tasks and batches that are killed by name go to the dead letters, and their
 * workers are replaced.
 *
 * @param scope which workers and tasks
 * @param inFlight the fate of running tasks
 * @param backlog the fate of waiting tasks
 * @param then what controllers do after the kill
 * @param grace the time between SIGTERM and SIGKILL; 0 means SIGKILL at once
 */
public record KillPlan(Scope scope, InFlight inFlight, Backlog backlog, Then then, Duration grace) {

  /** The effort that it takes a person to confirm a kill. */
  public enum Level {
    /** To answer y or yes. */
    SIMPLE,
    /** To type the namespace. */
    TYPED
  }

  /**
   * Returns a plan with the default for each choice that is null.
   *
   * @throws IllegalArgumentException if the choices do not fit the scope: controllers would refuse
   *     the order
   */
  public static KillPlan of(
      Scope scope,
      @Nullable InFlight inFlight,
      @Nullable Backlog backlog,
      @Nullable Then then,
      Duration grace) {
    boolean namesTasks = scope.namesTasks();
    boolean respawns = namesTasks || !scope.workers().isEmpty();
    if (then == Then.EXIT && respawns) {
      throw new IllegalArgumentException(
          "then exit ends whole controllers, so it can't follow a kill of single workers, tasks or"
              + " batches: use hold or respawn");
    }
    if (backlog != null && backlog != Backlog.KEEP && !scope.canHaveBacklog()) {
      throw new IllegalArgumentException(
          "tasks wait in queues, not at workers or controllers: name the queues whose backlog is"
              + " meant and no workers, or keep it");
    }
    return new KillPlan(
        scope,
        inFlight != null ? inFlight : namesTasks ? InFlight.DEAD_LETTER : InFlight.REQUEUE,
        backlog != null ? backlog : Backlog.KEEP,
        then != null ? then : respawns ? Then.RESPAWN : Then.HOLD,
        grace);
  }

  /**
   * Returns what it takes to confirm: a kill of everything, or one that loses tasks, has to be
   * typed.
   */
  public Level level() {
    return scope.all() || inFlight == InFlight.PURGE || backlog == Backlog.PURGE
        ? Level.TYPED
        : Level.SIMPLE;
  }

  /**
   * Whether this is exactly what the tripwire does: all workers, requeue, keep the backlog, hold.
   */
  public boolean isWhatTheTripwireDoes() {
    return scope.all()
        && inFlight == InFlight.REQUEUE
        && backlog == Backlog.KEEP
        && then == Then.HOLD;
  }
}
