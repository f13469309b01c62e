package dev.warrener.operator;

import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.operator.order.KillPlan;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A kill to be sent: {@code Kill.of(Scope.ofQueue("mail")).then(Then.RESPAWN).reason("INC-42")}.
 * Immutable: each method returns a copy. What is not chosen has a default that depends on the
 * scope:
 *
 * <ul>
 *   <li>everything, controllers or queues: running tasks are requeued, and the scope is held until
 *       a resume
 *   <li>workers: running tasks are requeued, and the workers are replaced
 *   <li>tasks or batches: they go to the dead letters, and their workers are replaced
 * </ul>
 *
 * @param scope which workers and tasks
 * @param inFlight the fate of running tasks, or null for the default
 * @param backlog the fate of waiting tasks, or null to keep them
 * @param then what controllers do afterwards, or null for the default
 * @param grace the time between SIGTERM and SIGKILL; 0 by default: SIGKILL at once
 * @param reason why, for the record; empty by default
 */
public record Kill(
    Scope scope,
    @Nullable InFlight inFlight,
    @Nullable Backlog backlog,
    @Nullable Then then,
    Duration grace,
    String reason) {

  public Kill {
    if (grace.isNegative()) {
      throw new IllegalArgumentException("grace must not be negative, but is " + grace);
    }
  }

  /** Returns a kill with all defaults. */
  public static Kill of(Scope scope) {
    return new Kill(scope, null, null, null, Duration.ZERO, "");
  }

  /** Returns a copy with a fate for running tasks. */
  public Kill inFlight(InFlight fate) {
    return new Kill(scope, fate, backlog, then, grace, reason);
  }

  /** Returns a copy with a fate for waiting tasks. */
  public Kill backlog(Backlog fate) {
    return new Kill(scope, inFlight, fate, then, grace, reason);
  }

  /** Returns a copy that says what controllers do afterwards. */
  public Kill then(Then next) {
    return new Kill(scope, inFlight, backlog, next, grace, reason);
  }

  /** Returns a copy with a time between SIGTERM and SIGKILL. */
  public Kill grace(Duration time) {
    return new Kill(scope, inFlight, backlog, then, time, reason);
  }

  /** Returns a copy with a reason. */
  public Kill reason(String text) {
    return new Kill(scope, inFlight, backlog, then, grace, text);
  }

  KillPlan plan() {
    return KillPlan.of(scope, inFlight, backlog, then, grace);
  }
}
