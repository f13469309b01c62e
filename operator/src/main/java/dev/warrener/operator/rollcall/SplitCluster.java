package dev.warrener.operator.rollcall;

import dev.warrener.operator.text.Phrases;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Optional;

/**
 * Finds controllers of which nothing arrives although the broker counts them as connected. A frozen
 * controller is counted for some heartbeats only. After that, the broker's nodes don't hand on to
 * each other what is published: its cluster is split, and need not say so.
 */
public final class SplitCluster {
  /** The shortest silence that no freeze of a controller explains, whatever its lease. */
  private static final Duration LONG_SILENCE = Duration.ofMinutes(1);

  /** Heartbeats are two thirds of the lease, and the broker waits for up to three. */
  private static final int LEASES = 3;

  private SplitCluster() {}

  /**
   * Returns a sentence about such controllers; empty if there is none.
   *
   * @param silent the controllers that were expected to answer and did not
   * @param answered how many have answered
   * @param counted how many the broker counts as connected; 0 if it was not asked
   */
  public static Optional<String> sentence(
      Collection<KnownController> silent, long answered, int counted, Instant now) {
    var suspects = new ArrayList<String>();
    for (var one : silent) {
      if (one.lastSeen().isBefore(now.minus(explained(one)))) {
        suspects.add(one.id());
      }
    }
    long unexplained = counted - answered - (silent.size() - suspects.size());
    if (unexplained <= 0 || suspects.isEmpty()) {
      return Optional.empty();
    }
    long some = Math.min(unexplained, suspects.size());
    return Optional.of(
        "The broker still counts "
            + (some < suspects.size() ? some + " of " : "")
            + Phrases.some(suspects, 3)
            + " as connected, though nothing has arrived from there for more than a minute: the"
            + " broker's cluster may be split (rabbitmqctl cluster_status). On the hosts of these"
            + " controllers only warrener kill --local is sure to work.");
  }

  private static Duration explained(KnownController silent) {
    var lease = silent.lease();
    var heartbeats = lease == null ? LONG_SILENCE : lease.multipliedBy(LEASES);
    return heartbeats.compareTo(LONG_SILENCE) > 0 ? heartbeats : LONG_SILENCE;
  }
}
