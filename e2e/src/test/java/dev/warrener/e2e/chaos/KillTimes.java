package dev.warrener.e2e.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * How long kills took, from the order's arrival to each worker's death, with and without an attack.
 * The arrival is when the judge's own client received the order, the death is what the certificate
 * says. Like is compared with like: kills of a whole controller with such, and others with others.
 * A controller that a fault touched, or that lost its broker, is left out. Thread-safe.
 */
final class KillTimes {
  /** Below so many kills without an attack nobody knows what is usual. */
  static final int ENOUGH = 20;

  /** Half of the kills under attack, and nine of ten, are compared with as many usual ones. */
  private static final int[] JUDGED_PERCENT = {50, 90};

  /** What a kill was given under. */
  private record Conditions(boolean whole, String attack, Set<String> disturbed) {}

  private record Death(String order, String controller, long at) {}

  private record Sample(long nanos, String attack) {}

  private final Map<String, Conditions> kills = new ConcurrentHashMap<>();
  private final Map<String, Long> arrivals = new ConcurrentHashMap<>();
  private final Queue<Death> deaths = new ConcurrentLinkedQueue<>();

  /**
   * Notes a kill that is about to be given.
   *
   * @param whole whether it is about whole controllers
   * @param attack the attack that goes on; empty if none does
   * @param disturbed the controllers whose times say nothing
   */
  void given(String order, boolean whole, String attack, Set<String> disturbed) {
    kills.put(order, new Conditions(whole, attack, disturbed));
  }

  /** Notes the arrival of an order, by the monotonic clock. The first one counts. */
  void arrived(String order, long at) {
    arrivals.putIfAbsent(order, at);
  }

  /** Notes the death of a worker. */
  void died(String order, String controller, long at) {
    deaths.add(new Death(order, controller, at));
  }

  private List<Sample> samples(boolean whole, boolean attacked) {
    var samples = new ArrayList<Sample>();
    for (var death : deaths) {
      var kill = kills.get(death.order());
      var arrival = arrivals.get(death.order());
      if (kill != null
          && arrival != null
          && kill.whole() == whole
          && kill.attack().isEmpty() != attacked
          && !kill.disturbed().contains(death.controller())) {
        samples.add(new Sample(death.at() - arrival, kill.attack()));
      }
    }
    samples.sort(Comparator.comparingLong(Sample::nanos));
    return samples;
  }

  /** Returns the kills that took more than twice as long as usual. */
  List<String> violations() {
    var violations = new ArrayList<String>();
    for (boolean whole : new boolean[] {true, false}) {
      var usual = samples(whole, false);
      var attacked = samples(whole, true);
      if (usual.size() < ENOUGH || attacked.isEmpty()) {
        continue;
      }
      long longest = usual.getLast().nanos();
      for (var sample : attacked) {
        if (sample.nanos() > 2 * longest) {
          violations.add(
              "a kill under %s took %d ms, more than twice the %d ms that the longest usual one took"
                  .formatted(sample.attack(), millis(sample), millis(usual.getLast())));
        }
      }
      if (attacked.size() >= ENOUGH) {
        // One slow kill among the usual ones would excuse all others if only the longest counted.
        for (int percent : JUDGED_PERCENT) {
          if (quantile(attacked, percent).nanos() > 2 * quantile(usual, percent).nanos()) {
            violations.add(
                "%d %% of the kills under attack took more than twice as long as %d %% of the usual ones: "
                        .formatted(100 - percent, percent)
                    + text("", usual)
                    + text(" and ", attacked));
          }
        }
      }
    }
    return violations;
  }

  private static Sample quantile(List<Sample> sorted, int percent) {
    return sorted.get(sorted.size() * percent / 100);
  }

  /** Returns the figures, for a person. */
  String figures() {
    return "from an order's arrival to a worker's death: of whole controllers "
        + both(true)
        + "; others "
        + both(false);
  }

  private String both(boolean whole) {
    return text("usual ", samples(whole, false)) + text(", under attack ", samples(whole, true));
  }

  private static String text(String what, List<Sample> sorted) {
    if (sorted.isEmpty()) {
      return what + "0";
    }
    var longest = sorted.getLast();
    return what
        + "%d (median %d ms, nine of ten within %d ms, longest %d ms%s)"
            .formatted(
                sorted.size(),
                millis(quantile(sorted, 50)),
                millis(quantile(sorted, 90)),
                millis(longest),
                longest.attack().isEmpty() ? "" : " under " + longest.attack());
  }

  private static long millis(Sample sample) {
    return Duration.ofNanos(sample.nanos()).toMillis();
  }
}
