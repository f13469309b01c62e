package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.messaging.report.Presence;
import java.util.List;

/** The function that changes the state of a fleet. */
public final class Fleet {
  private static final Rules RULES = new Rules();

  private Fleet() {}

  /**
   * The decision about an event.
   *
   * @param state the next state
   * @param effects the effects to be carried out in this order; those that only report something
   *     may wait until the others are under way
   */
  public record Decision(FleetState state, List<Effect> effects) {}

  /**
   * Decides the next state and the effects of an event. Pure: the same arguments give the same
   * decision, and nothing else happens. Any event may come in any state; one that is late or comes
   * twice changes nothing.
   */
  public static Decision decide(FleetState state, Event event, Now now) {
    var change = new Transition(state, now);
    if (!state.isEnded()) {
      RULES.take(change, event);
      RULES.reconcile(change);
    }
    return change.decision();
  }

  /** Returns the presence report that describes a state. */
  public static Presence presence(FleetState state, Now now) {
    return PresenceSnapshot.of(state, now);
  }
}
