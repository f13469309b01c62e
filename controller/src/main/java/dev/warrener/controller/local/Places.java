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
 *       for the newcomer. It is one of the user with the most connections; never root's, unless the
 *       newcomer is root's too.
 *   <li>A connection on which nothing has happened for ten minutes is closed.
 * </ul>
 */
final class Places {
  static final int FOR_A_PROCESS = 8;
  static final int FOR_ALL = 32;
  static final int MORE_FOR_ROOT = 4;

  /** How long a connection keeps its place without a line, if somebody else wants it. */
  static final Duration UNTOUCHED = Duration.ofSeconds(5);

  /** How long a connection may go without a line in either direction. */
  static final Duration LONGEST_IDLE = Duration.ofMinutes(10);

  private Places() {}

  /** A connection that has a place. */
  interface Taken {
    Peer peer();

    /** For how long no line has passed on it. */
    Duration idleFor();
  }

  /**
   * What becomes of a newcomer.
   *
   * @param <T> the connections
   */
  sealed interface Verdict<T> {
    /** It gets a free place. */
    record Free<T>() implements Verdict<T> {}

    /** It gets the place of another connection, which is closed. */
    record InPlaceOf<T>(T other) implements Verdict<T> {}

    /** It gets none. */
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
    long own = countOf(taken, newcomer.uid());
    Optional<T> other =
        taken.stream()
            .filter(one -> one.idleFor().compareTo(UNTOUCHED) > 0)
            .filter(one -> newcomer.isRoot() || !one.peer().isRoot())
            .filter(one ->
                newcomer.isRoot()
                    || one.peer().uid() == newcomer.uid()
                    || countOf(taken, one.peer().uid()) > own)
            .max(
                Comparator.<T, Boolean>comparing(one -> !one.peer().isRoot())
                    .thenComparingLong(one -> countOf(taken, one.peer().uid()))
                    .thenComparingLong(
                        one -> taken.stream().filter(each -> isOfProcess(each, one.peer())).count())
                    .thenComparing(Taken::idleFor));
    return other.isPresent()
        ? new Verdict.InPlaceOf<>(other.get())
        : new Verdict.None<>("all " + places + " connections are in use");
  }

  private static boolean isOfProcess(Taken one, Peer peer) {
    return one.peer().pid() == peer.pid() && one.peer().uid() == peer.uid();
  }

  private static long countOf(Collection<? extends Taken> taken, long uid) {
    return taken.stream().filter(one -> one.peer().uid() == uid).count();
  }
}
