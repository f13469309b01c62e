package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.messaging.report.Presence;
import java.time.Instant;
import java.util.List;

/** The one function that changes the state of a fleet. */
public final class Fleet {
  private Fleet() {}

  /**
   * What follows from an event.
   *
   * @param state the next state
   * @param effects what is to be done, in this order; but what only tells of something may wait
   *     until the others are under way
   */
  public record Decision(FleetState state, List<Effect> effects) {}

  /**
   * Decides what an event means. Pure: the same arguments give the same decision, and nothing else
   * happens. Any event may come in any state; one that is late or doubled changes nothing.
   */
  public static Decision decide(FleetState state, Event event, Now now) {
    var step = new Transition(state, now);
    if (!state.isEnded()) {
      step.take(event);
      step.reconcile();
    }
    return step.decision();
  }

  /** What the controller says of itself in that state. */
  public static Presence presence(FleetState state, Instant now) {
    return PresenceSnapshot.of(state, now);
  }
}
