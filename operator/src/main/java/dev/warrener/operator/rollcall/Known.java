package dev.warrener.operator.rollcall;

import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report.RosterEntry;
import dev.warrener.messaging.report.RosterState;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a controller without its having answered.
 *
 * @param id the controller's id
 * @param host the host that it runs on
 * @param lastSeen when its presence was last heard, by whoever tells
 * @param state what is known of it
 * @param lease how long its workers live on when it is cut off or frozen; null if nobody said, or
 *     nothing does
 */
public record Known(
    String id, String host, Instant lastSeen, RosterState state, @Nullable Duration lease) {

  /** What another controller's roster says. */
  public static Known of(RosterEntry entry) {
    Long lease = entry.leaseMillis();
    return new Known(entry.id(), entry.host(), entry.lastSeen(), entry.state(), bound(lease));
  }

  /** Zero says that nothing bounds its runs. */
  private static @Nullable Duration bound(@Nullable Long leaseMillis) {
    return leaseMillis == null || leaseMillis == 0 ? null : Duration.ofMillis(leaseMillis);
  }

  /** What its own presence says, heard at {@code at}. */
  public static Known of(Presence presence, Instant at) {
    return new Known(
        presence.id(),
        presence.host(),
        at,
        presence.state() == ControllerState.LEFT ? RosterState.LEFT : RosterState.LIVE,
        bound(presence.leaseMillis()));
  }

  /**
   * By when its lease has ended its workers, if it has been cut off since {@link #lastSeen}; null
   * if the lease isn't known.
   */
  public @Nullable Instant leaseEndsAt() {
    return lease == null ? null : lastSeen.plus(lease);
  }

  /** The newer of two accounts of the same controller; a lease that one of them knows is kept. */
  Known or(Known other) {
    boolean isNewer = other.lastSeen.isAfter(lastSeen);
    var newer = isNewer ? other : this;
    var older = isNewer ? this : other;
    return newer.lease != null || older.lease == null
        ? newer
        : new Known(newer.id, newer.host, newer.lastSeen, newer.state, older.lease);
  }
}
