package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.report.Presence;
import java.time.Instant;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;

/**
 * The other controllers that this one has received presence from. Immutable.
 *
 * @param seen the other controllers, by id
 */
public record OtherControllers(HashPMap<String, Seen> seen) {
  /** No other controllers. */
  public static final OtherControllers NONE = new OtherControllers(HashTreePMap.empty());

  /**
   * Another controller.
   *
   * @param presence the last presence that was read
   * @param at when the controller was last heard, by our clock
   */
  public record Seen(Presence presence, Instant at) {}

  /** Returns a copy with a new presence of a controller. */
  public OtherControllers heard(Presence presence, Instant at) {
    return new OtherControllers(seen.plus(presence.id(), new Seen(presence, at)));
  }

  /** Returns a copy in which a known controller was heard, and its presence not read. */
  public OtherControllers seen(String id, Instant at) {
    var before = seen.get(id);
    return before == null
        ? this
        : new OtherControllers(seen.plus(id, new Seen(before.presence(), at)));
  }

  /** The number of other controllers. */
  public int size() {
    return seen.size();
  }
}
