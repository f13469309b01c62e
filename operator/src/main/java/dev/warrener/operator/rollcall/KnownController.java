package dev.warrener.operator.rollcall;

import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report.ControllerHeard;
import dev.warrener.messaging.report.Report.RosterEntry;
import dev.warrener.messaging.report.RosterState;
import dev.warrener.operator.rollcall.Account.Kind;
import dev.warrener.operator.rollcall.Account.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The knowledge of a controller, from its own presence and from the rosters of other controllers.
 * The account of each source is kept apart, because any source may lie: the password of one
 * controller must not be enough to make another one disappear. So a controller is waited for if any
 * source accounts for it, and has left only if it said so itself, as the user that it is.
 * Immutable.
 */
public final class KnownController {
  /** The advice if several users claim to be one controller. */
  public static final String CONTEST_REMEDY =
      "find out which of these users is the real controller, stop the other program, and remove"
          + " that user's rights";

  /** The advice if several programs have one id. */
  public static final String TWIN_REMEDY =
      "stop all but one of them, or give each controller an id of its own (--id)";

  /** The time for which a silent controller contests an id that another controller has, too. */
  private static final Duration CLAIM = Duration.ofMinutes(10);

  /** The most by which an answer's time differs from ours because it was under way: 2 s. */
  private static final Duration SKEW = Duration.ofSeconds(2);

  private static final Duration GHOST_AFTER = Duration.ofHours(1);
  private static final Duration GHOST_WITHOUT_LEASE_AFTER = Duration.ofDays(1);

  private final String id;
  private final Map<Source, Account> accounts;

  /** The accounts that the controller has not overtaken by leaving; all, if it has left. */
  private final List<Account> valid;

  private final boolean hasLeft;

  private KnownController(String id, Map<Source, Account> accounts) {
    this.id = id;
    this.accounts = Map.copyOf(accounts);
    var goodbyes =
        accounts.entrySet().stream()
            .filter(one -> one.getKey().kind() == Kind.PRESENCE && one.getValue().hasLeft())
            .map(Map.Entry::getValue)
            .toList();
    var present =
        accounts.values().stream().filter(one -> !one.hasLeft() && !one.isOver(goodbyes)).toList();
    hasLeft = present.isEmpty();
    valid = hasLeft ? List.copyOf(accounts.values()) : present;
  }

  /** Makes an account that knows no user. */
  public KnownController(
      String id, String host, Instant lastSeen, RosterState state, @Nullable Duration lease) {
    this(
        id,
        Map.of(
            new Source(Kind.CONTACT, ""),
            new Account(host, lastSeen, state, lease, Collections.emptySortedSet(), false, false)));
  }

  /**
   * Returns the accounts in another controller's roster, whose times are by that controller's
   * clock.
   *
   * @param at when its answer arrived, by our clock
   * @param userId the user who published it, for whom the broker vouches; or null
   */
  static List<KnownController> ofRoster(
      ControllerHeard heard, Instant at, @Nullable String userId) {
    var late = Duration.between(heard.at(), at);
    var skew = late.abs().compareTo(SKEW) > 0 ? late : Duration.ZERO;
    return heard.roster().stream().map(entry -> of(entry, heard, userId).shifted(skew)).toList();
  }

  /** A controller that has its own id in its roster has received it from another program. */
  private static KnownController of(
      RosterEntry entry, ControllerHeard heard, @Nullable String userId) {
    var at = heard.at();
    boolean isTwin =
        entry.id().equals(heard.controller())
            && entry.state() != RosterState.LEFT
            && !entry.lastSeen().isBefore(at.minus(CLAIM));
    var lease = bound(entry.leaseMillis());
    var users = entry.users();
    var limit = lease == null ? GHOST_WITHOUT_LEASE_AFTER : GHOST_AFTER;
    return new KnownController(
        entry.id(),
        Map.of(
            new Source(Kind.ROSTER, Objects.requireNonNullElse(userId, "")),
            new Account(
                entry.host(),
                entry.lastSeen(),
                entry.state(),
                lease,
                users == null || entry.state() == RosterState.LEFT
                    ? Collections.emptySortedSet()
                    : new TreeSet<>(users),
                entry.state() == RosterState.SILENT && entry.lastSeen().isBefore(at.minus(limit)),
                isTwin)));
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
    var user = Objects.requireNonNullElse(userId, "");
    return new KnownController(
        presence.id(),
        Map.of(
            new Source(Kind.PRESENCE, user),
            new Account(
                presence.host(),
                at,
                presence.state() == ControllerState.LEFT ? RosterState.LEFT : RosterState.LIVE,
                bound(presence.leaseMillis()),
                new TreeSet<>(List.of(user)),
                false,
                false)));
  }

  /** Returns the accounts with their times on another clock, ahead of the first by so much. */
  KnownController shifted(Duration ahead) {
    var shifted = new HashMap<Source, Account>();
    accounts.forEach((source, account) -> shifted.put(source, account.shifted(ahead)));
    return new KnownController(id, shifted);
  }

  /** Returns the accounts of both; of two accounts of the same source the newer counts. */
  KnownController or(KnownController other) {
    return merged(other, Account::or);
  }

  /**
   * Returns the accounts of both, where no roster ends the waiting for a controller that another
   * roster has named, not even a later one of the same source. For one order: controllers that
   * share a user are one source.
   */
  KnownController and(KnownController other) {
    return merged(other, Account::and);
  }

  private KnownController merged(KnownController other, BinaryOperator<Account> ofRosters) {
    var all = new HashMap<>(accounts);
    other.accounts.forEach((source, account) ->
        all.merge(source, account, source.kind() == Kind.PRESENCE ? Account::or : ofRosters));
    return new KnownController(id, all);
  }

  /** Returns the controller's id. */
  public String id() {
    return id;
  }

  /** Returns the host that it runs on, by its own presence if there is one. */
  public String host() {
    var own =
        accounts.entrySet().stream()
            .filter(one -> one.getKey().kind() == Kind.PRESENCE)
            .map(Map.Entry::getValue)
            .filter(valid::contains)
            .toList();
    return newest(own.isEmpty() ? valid : own).host();
  }

  private static Account newest(Collection<Account> some) {
    return some.stream().max(Comparator.comparing(Account::lastSeen)).orElseThrow();
  }

  /** Returns when any source last received its presence. */
  public Instant lastSeen() {
    return newest(valid).lastSeen();
  }

  /**
   * Returns whether it is live, silent, or has left. It is live if any source receives its
   * presence.
   */
  public RosterState state() {
    if (hasLeft) {
      return RosterState.LEFT;
    }
    return valid.stream().anyMatch(one -> one.state() == RosterState.LIVE)
        ? RosterState.LIVE
        : RosterState.SILENT;
  }

  /**
   * Returns how long its workers may run on if it is cut off or frozen: the longest time that a
   * source tells; null if that is unknown or unlimited.
   */
  public @Nullable Duration lease() {
    return valid.stream()
        .map(Account::lease)
        .filter(Objects::nonNull)
        .max(Comparator.naturalOrder())
        .orElse(null);
  }

  /**
   * Returns the broker users that have been this controller lately, by any source; an empty name
   * stands for messages without a {@code user_id}. Empty if no source knows. Two or more contest
   * the controller.
   */
  public SortedSet<String> users() {
    var users = new TreeSet<String>();
    valid.forEach(one -> users.addAll(one.users()));
    return users;
  }

  /**
   * Whether it has been silent for so long that nobody has to wait for it, by every source: for an
   * hour; for a day, and so until it is forgotten, if nothing bounds how long its workers may run
   * on.
   */
  public boolean isGhost() {
    return !hasLeft && valid.stream().allMatch(Account::isGhost);
  }

  /**
   * Whether several users or programs claim to be this controller, so that nothing about it can be
   * believed.
   */
  public boolean isContested() {
    return users().size() > 1 || isTwin();
  }

  /** Whether several programs have this id, by what one of them has received. */
  public boolean isTwin() {
    return valid.stream().anyMatch(Account::isTwin);
  }

  /** Returns the hosts that it runs on, by all sources. */
  public SortedSet<String> hosts() {
    var hosts = new TreeSet<String>();
    valid.forEach(one -> hosts.add(one.host()));
    return hosts;
  }

  /**
   * Returns by when its lease has ended its workers, if it has been cut off since {@link
   * #lastSeen}; null if the lease is unknown.
   */
  public @Nullable Instant leaseEndsAt() {
    var lease = lease();
    return lease == null ? null : lastSeen().plus(lease);
  }

  /** Returns the id, the state and the users, for people who look for a fault. */
  @Override
  public String toString() {
    return "controller " + id + " (" + state().wire() + ", users " + users() + ")";
  }
}
