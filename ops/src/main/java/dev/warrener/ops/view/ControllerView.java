package dev.warrener.ops.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.RosterState;
import dev.warrener.operator.rollcall.KnownController;
import dev.warrener.ops.view.FleetView.Snapshot;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A controller as far as it is known, and its JSON.
 *
 * @param state the state that it reports, or {@code silent}, or {@code left}
 * @param lastSeen when its presence was last received by the source of this account
 * @param presence its whole presence; null if it did not answer
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ControllerView(
    String controller, String host, String state, Instant lastSeen, @Nullable Presence presence) {

  static ControllerView of(KnownController known, @Nullable Presence presence) {
    String state =
        presence != null
            ? presence.state().wire()
            : known.state() == RosterState.LEFT ? "left" : "silent";
    return new ControllerView(known.id(), known.host(), state, known.lastSeen(), presence);
  }

  /** Returns all controllers but those that have left. */
  static List<ControllerView> all(Snapshot snapshot) {
    return snapshot.roster().known().values().stream()
        .map(known -> of(known, snapshot.roster().presences().get(known.id())))
        .filter(view -> !view.state().equals("left"))
        .toList();
  }
}
