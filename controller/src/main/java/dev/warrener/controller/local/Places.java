package dev.warrener.controller.local;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * Decides who gets a place at the control socket, so that nobody can occupy them all and lock out
 * whoever has to stop the host. Pure.
 *
 * <ul>
 *   <li>One process has at most eight places, all but root have 32, and root has four more.
 *   <li>When all are taken, a connection on which nothing has happened for some seconds is closed
 *       for the newcomer: one of the newcomer's own user, or of a user with more connections. Root
 *       may take any place, and nobody else may take root's.
 *   <li>A connection on which nothing has happened for ten minutes is closed.
 * </ul>
 */
final class Places {
  static final int FOR_A_PROCESS = 8;
  static final int FOR_ALL = 32;
  static final int MORE_FOR_ROOT = 4;

  /** The time that a connection without a line keeps its place if another client wants it. */
  static final Duration UNTOUCHED = Duration.ofSeconds(5);

  /** The longest that a connection may go without a line in either direction. */
  static final Duration LONGEST_IDLE = Duration.ofMinutes(10);

  private Places() {}

  /** A connection that has a place. */
  interface Taken {
    Peer peer();

    /** For how long no line has passed on it. */
    Duration idleFor();
  }

  /**
   * The answers to a new connection.
   *
   * @param <T> the connections
   */
  sealed interface Verdict<T> {
    /** The connection gets a free place. */
    record Free<T>() implements Verdict<T> {}

    /** The connection gets the place of another connection, which is closed. */
    record InPlaceOf<T>(T other) implements Verdict<T> {}

    /** The connection gets no place. */
    record None<T>(String because) implements Verdict<T> {}
  }

  /** Decides about a newcomer. */
  static <T extends Taken> Verdict<T> decide(Peer newcomer, Collection<T> taken) {
    long ofItsProcess = taken.stream().filter(one -> isOfProcess(one, newcomer)).count();
    if (ofItsProcess >= FOR_A_PROCESS) {
      return new Verdict.None<>("its process has " + ofItsProcess + " connections already");
    }
    int places = FOR_ALL + (newcomer.isRoot() ? MORE_FOR_ROOT : 0);
    if (taken.size() < places) {
      return new Verdict.Free<>();
    }
    Optional<T> other =
        taken.stream().filter(one -> mayGiveWay(one, newcomer, taken)).max(bestToClose(taken));
    return other.isPresent()
        ? new Verdict.InPlaceOf<>(other.get())
        : new Verdict.None<>("all " + places + " connections are in use");
  }

  /** Whether a connection may be closed for a newcomer. */
  private static boolean mayGiveWay(Taken one, Peer newcomer, Collection<? extends Taken> taken) {
    if (one.idleFor().compareTo(UNTOUCHED) <= 0) {
      return false;
    }
    if (newcomer.isRoot()) {
      return true;
    }
    long uid = one.peer().uid();
    return !one.peer().isRoot()
        && (uid == newcomer.uid() || countOf(taken, uid) > countOf(taken, newcomer.uid()));
  }

  /**
   * Returns the order in which connections are closed, the first one last: not root's, of the user
   * and then of the process with the most, and the longest idle.
   */
  private static <T extends Taken> Comparator<T> bestToClose(Collection<T> taken) {
    return Comparator.<T, Boolean>comparing(one -> !one.peer().isRoot())
        .thenComparingLong(one -> countOf(taken, one.peer().uid()))
        .thenComparingLong(
            one -> taken.stream().filter(each -> isOfProcess(each, one.peer())).count())
        .thenComparing(Taken::idleFor);
  }

  private static boolean isOfProcess(Taken one, Peer peer) {
    return one.peer().pid() == peer.pid() && one.peer().uid() == peer.uid();
  }

  private static long countOf(Collection<? extends Taken> taken, long uid) {
    return taken.stream().filter(one -> one.peer().uid() == uid).count();
  }
}
