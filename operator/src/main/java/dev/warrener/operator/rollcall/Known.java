package dev.warrener.operator.rollcall;

import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report.RosterEntry;
import dev.warrener.messaging.report.RosterState;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The account of a controller by others: by its presence, or by the rosters of other controllers.
 *
 * @param id the controller's id
 * @param host the host that it runs on
 * @param lastSeen when the source of this account last received the controller's presence
 * @param state whether the controller is live, silent or has left
 * @param lease how long its workers may run on if it is cut off or frozen; null if unknown or
 *     unlimited
 */
public record Known(
    String id, String host, Instant lastSeen, RosterState state, @Nullable Duration lease) {

  /** Returns the account in another controller's roster. */
  public static Known of(RosterEntry entry) {
    Long lease = entry.leaseMillis();
    return new Known(entry.id(), entry.host(), entry.lastSeen(), entry.state(), bound(lease));
  }

  /** A lease of zero means that nothing limits its runs. */
  private static @Nullable Duration bound(@Nullable Long leaseMillis) {
    return leaseMillis == null || leaseMillis == 0 ? null : Duration.ofMillis(leaseMillis);
  }

  /** Returns the account in its own presence, received at {@code at}. */
  public static Known of(Presence presence, Instant at) {
    return new Known(
        presence.id(),
        presence.host(),
        at,
        presence.state() == ControllerState.LEFT ? RosterState.LEFT : RosterState.LIVE,
        bound(presence.leaseMillis()));
  }

  /**
   * Returns by when its lease has ended its workers, if it has been cut off since {@link
   * #lastSeen}; null if the lease is unknown.
   */
  public @Nullable Instant leaseEndsAt() {
    return lease == null ? null : lastSeen.plus(lease);
  }

  /**
   * Returns the newer of two accounts of the same controller, with a lease that either of them has.
   */
  Known or(Known other) {
    boolean isNewer = other.lastSeen.isAfter(lastSeen);
    var newer = isNewer ? other : this;
    var older = isNewer ? this : other;
    return newer.lease != null || older.lease == null
        ? newer
        : new Known(newer.id, newer.host, newer.lastSeen, newer.state, older.lease);
  }
}
