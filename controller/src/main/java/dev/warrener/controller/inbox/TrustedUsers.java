package dev.warrener.controller.inbox;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The broker users whose word about a task counts for more than its publisher's: operators, who put
 * tasks back from the dead letters, and controllers, which publish such a task again for a retry.
 * Operators are those of the setting, or, without one, those who have given an order; controllers
 * are those who publish presence. The broker's permissions keep everybody else from doing either.
 * Thread-safe.
 */
public final class TrustedUsers {
  /** The most users that are remembered: a bound on memory. */
  private static final int MOST = 10_000;

  private final String own;
  private final Set<String> operators;
  private final Set<String> seen = ConcurrentHashMap.newKeySet();

  /**
   * Trusts a controller's own user and its operators.
   *
   * @param operators the operators by the setting; empty for everyone who has given an order
   */
  public TrustedUsers(String own, Set<String> operators) {
    this.own = own;
    this.operators = Set.copyOf(operators);
  }

  /** Notes that a user has given an order. */
  void noteOrderBy(@Nullable String user) {
    if (operators.isEmpty()) {
      add(user);
    }
  }

  /** Notes that a user has published the presence of a controller. */
  public void notePresenceBy(@Nullable String user) {
    add(user);
  }

  private void add(@Nullable String user) {
    if (user != null && seen.size() < MOST) {
      seen.add(user);
    }
  }

  /** Whether a user for whom the broker vouches is an operator or a controller. */
  boolean isTrusted(@Nullable String user) {
    return user != null && (user.equals(own) || operators.contains(user) || seen.contains(user));
  }
}
