package dev.warrener.operator.rollcall;

import dev.warrener.messaging.report.RosterState;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One source's knowledge of a controller. {@link KnownController} describes the fields.
 *
 * @param users the users that the controller is, by this source; empty if the source doesn't know
 * @param isTwin whether this is another program with the id of the controller that tells of it
 */
record Account(
    String host,
    Instant lastSeen,
    RosterState state,
    @Nullable Duration lease,
    SortedSet<String> users,
    boolean isGhost,
    boolean isTwin) {

  /**
   * The sources of knowledge of a controller.
   *
   * @param kind how
   * @param user the broker user, for whom the broker vouches; empty if it vouches for nobody
   */
  record Source(Kind kind, String user) {}

  /** The ways in which a source knows of a controller. */
  enum Kind {
    /** By the controller's own presence. */
    PRESENCE,
    /** By the roster in another controller's answer. */
    ROSTER,
    /** By an answer without a presence, or by a control socket. */
    CONTACT
  }

  Account {
    users = Collections.unmodifiableSortedSet(new TreeSet<>(users));
  }

  boolean hasLeft() {
    return state == RosterState.LEFT;
  }

  /** Whether a roll-call waits for the controller, if nothing else is known. */
  boolean isAwaited() {
    return !hasLeft() && !isGhost;
  }

  Account shifted(Duration ahead) {
    return new Account(host, lastSeen.plus(ahead), state, lease, users, isGhost, isTwin);
  }

  /** Whether the controller itself has left since, by what it has published as its only users. */
  boolean isOver(Collection<Account> goodbyes) {
    var gone = new TreeSet<String>();
    for (var goodbye : goodbyes) {
      if (!goodbye.lastSeen.isBefore(lastSeen)) {
        gone.addAll(goodbye.users);
      }
    }
    return !gone.isEmpty() && gone.containsAll(users);
  }

  /**
   * Returns the newer of two accounts of one source, with a lease that either of them has, and with
   * the users of both.
   */
  Account or(Account other) {
    boolean isNewer = !other.lastSeen.isBefore(lastSeen);
    var newer = isNewer ? other : this;
    var older = isNewer ? this : other;
    if (newer.hasLeft() || older.hasLeft()) {
      return newer;
    }
    var both = new TreeSet<>(newer.users);
    both.addAll(older.users);
    return new Account(
        newer.host,
        newer.lastSeen,
        newer.state,
        newer.lease == null ? older.lease : newer.lease,
        both,
        newer.isGhost,
        newer.isTwin || older.isTwin);
  }

  /** Returns {@link #or}, unless that would end the waiting for the controller. */
  Account and(Account other) {
    var next = or(other);
    if (next.isAwaited() || !(isAwaited() || other.isAwaited())) {
      return next;
    }
    return isAwaited() ? this : other;
  }
}
