package dev.warrener.operator;

import dev.warrener.messaging.report.Presence;
import dev.warrener.operator.rollcall.KnownController;
import dev.warrener.operator.rollcall.Roster;
import java.time.Instant;
import java.util.List;

/**
 * A fleet at one moment, by a roll-call.
 *
 * @param at when the roll-call ended
 * @param controllers the controllers that answered, each with its queues, workers and running tasks
 * @param silent the controllers that are expected and did not answer
 */
public record FleetSnapshot(Instant at, List<Presence> controllers, List<KnownController> silent) {
  public FleetSnapshot {
    controllers = List.copyOf(controllers);
    silent = List.copyOf(silent);
  }

  static FleetSnapshot of(Roster roster, Instant now) {
    return new FleetSnapshot(now, List.copyOf(roster.presences().values()), roster.silent());
  }
}
