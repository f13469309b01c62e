package dev.warrener.bench.page;

import dev.warrener.bench.figures.Measurement;
import dev.warrener.bench.figures.SuiteResult;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The chapters about the profile: what a no-op task costs, and what a kill costs. */
final class ProfileChapters {
  private static final String TIME = "processor time";
  private static final String KILL_TIME = "processor time of a kill";

  /** The start of each subject that is a thread of the controller. */
  private static final String THREAD = "controller: ";

  private static final int MOST_THREADS = 6;
  private static final int MOST_METHODS = 10;
  private static final int MOST_KILL_THREADS = 12;

  private ProfileChapters() {}

  /** Returns the chapter about no-op tasks; empty if they were not profiled. */
  static Optional<String> ofTasks(SuiteResult profile) {
    var broker = time(profile, "broker");
    var controller = time(profile, "controller, all threads");
    var workers = time(profile, "workers, all");
    if (broker.isEmpty() || controller.isEmpty() || workers.isEmpty()) {
      return Optional.empty();
    }
    double all = broker.get() + controller.get() + workers.get();
    return Optional.of(
        """
        ## What a no-op task costs
        A task costs %s µs of processor time: %s in the broker, %s in the controller, and %s in the workers. One processor can run at most %s such tasks a second.

        The controller's most expensive threads, in µs for each task: %s.

        The controller's hottest methods, in percent of its samples: %s.

        """
            .formatted(
                Figure.of(all),
                Figure.of(broker.get()),
                Figure.of(controller.get()),
                Figure.of(workers.get()),
                Figure.of(1e6 / all),
                listed(mostExpensive(profile, TIME), THREAD, MOST_THREADS),
                String.join(
                    ", ",
                    mostExpensive(profile, "samples").stream()
                        .limit(MOST_METHODS)
                        .map(one ->
                            "`"
                                + one.parameters().getOrDefault("method", "?")
                                + "` "
                                + Figure.of(one.median()))
                        .toList())));
  }

  /** Returns the chapter about kills; empty if they were not profiled. */
  static Optional<String> ofKills(SuiteResult profile) {
    var parts = mostExpensive(profile, KILL_TIME);
    if (parts.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        """
        ## What a kill costs
        A kill of %s idle workers costs this processor time, in ms, without that of the dying workers: %s.

        The controller's most expensive threads: %s.

        """
            .formatted(
                parts.getFirst().parameters().getOrDefault("workers", "?"),
                listed(parts, "", Integer.MAX_VALUE),
                listed(parts, THREAD, MOST_KILL_THREADS)));
  }

  private static List<Measurement> mostExpensive(SuiteResult profile, String metric) {
    return profile.of(metric).stream()
        .sorted(Comparator.comparingDouble(Measurement::median).reversed())
        .toList();
  }

  /**
   * Lists subjects with their figures.
   *
   * @param prefix {@link #THREAD} to list the controller's threads, or an empty string to list
   *     whole processes
   */
  private static String listed(List<Measurement> parts, String prefix, int most) {
    return String.join(
        ", ",
        parts.stream()
            .filter(one -> one.subject().startsWith(THREAD) == !prefix.isEmpty())
            .limit(most)
            .map(one -> one.subject().substring(prefix.length()) + " " + Figure.of(one.median()))
            .toList());
  }

  private static Optional<Double> time(SuiteResult profile, String subject) {
    return profile.find(subject, TIME, Map.of()).map(Measurement::median);
  }
}
