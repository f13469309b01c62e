package dev.warrener.operator.rollcall;

import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report.RosterEntry;
import dev.warrener.messaging.report.RosterState;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
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
 * @param users the broker users that have been this controller lately; an empty name stands for one
 *     for whom the broker vouches for nobody. Empty if the source doesn't know. Two or more contest
 *     the controller
 * @param isGhost whether it has been silent for so long that nobody has to wait for it: for an
 *     hour, or for a day if nothing bounds how long its workers may run on
 */
public record KnownController(
    String id,
    String host,
    Instant lastSeen,
    RosterState state,
    @Nullable Duration lease,
    SortedSet<String> users,
    boolean isGhost) {
  private static final Duration GHOST_AFTER = Duration.ofHours(1);
  private static final Duration GHOST_WITHOUT_LEASE_AFTER = Duration.ofDays(1);

  public KnownController {
    users = Collections.unmodifiableSortedSet(new TreeSet<>(users));
  }

  /** Makes an account that knows no user. */
  public KnownController(
      String id, String host, Instant lastSeen, RosterState state, @Nullable Duration lease) {
    this(id, host, lastSeen, state, lease, Collections.emptySortedSet(), false);
  }

  /** Returns the account in another controller's roster, received at {@code at}. */
  public static KnownController of(RosterEntry entry, Instant at) {
    var lease = bound(entry.leaseMillis());
    var users = entry.users();
    var limit = lease == null ? GHOST_WITHOUT_LEASE_AFTER : GHOST_AFTER;
    return new KnownController(
        entry.id(),
        entry.host(),
        entry.lastSeen(),
        entry.state(),
        lease,
        users == null || entry.state() == RosterState.LEFT ? new TreeSet<>() : new TreeSet<>(users),
        entry.state() == RosterState.SILENT && entry.lastSeen().isBefore(at.minus(limit)));
  }

  /** A lease of zero means that nothing limits its runs. */
  private static @Nullable Duration bound(@Nullable Long leaseMillis) {
    return leaseMillis == null || leaseMillis == 0 ? null : Duration.ofMillis(leaseMillis);
  }

  /**
   * Returns the account in its own presence, received at {@code at}.
   *
   * @param userId the user who published it, for whom the broker vouches; or null
   */
  public static KnownController of(Presence presence, Instant at, @Nullable String userId) {
    return new KnownController(
        presence.id(),
        presence.host(),
        at,
        presence.state() == ControllerState.LEFT ? RosterState.LEFT : RosterState.LIVE,
        bound(presence.leaseMillis()),
        new TreeSet<>(Set.of(Objects.requireNonNullElse(userId, ""))),
        false);
  }

  /**
   * Whether several users claim to be this controller, so that nothing about it can be believed.
   */
  public boolean isContested() {
    return users.size() > 1;
  }

  /**
   * Returns by when its lease has ended its workers, if it has been cut off since {@link
   * #lastSeen}; null if the lease is unknown.
   */
  public @Nullable Instant leaseEndsAt() {
    return lease == null ? null : lastSeen.plus(lease);
  }

  /**
   * Returns the newer of two accounts of the same controller, with a lease that either of them has,
   * and with the users of both.
   */
  KnownController or(KnownController other) {
    boolean isNewer = other.lastSeen.isAfter(lastSeen);
    var newer = isNewer ? other : this;
    var older = isNewer ? this : other;
    var both = new TreeSet<>(newer.users);
    both.addAll(older.users);
    return new KnownController(
        newer.id,
        newer.host,
        newer.lastSeen,
        newer.state,
        newer.lease == null ? older.lease : newer.lease,
        both,
        newer.isGhost);
  }
}
