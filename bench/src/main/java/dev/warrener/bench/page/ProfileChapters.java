package dev.warrener.bench.page;

import dev.warrener.bench.figures.Measurement;
import dev.warrener.bench.figures.SuiteResult;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What limits the rate of no-op tasks and the time of a kill, as the profile has it. */
final class ProfileChapters {
  private static final String TIME = "processor time";
  private static final String KILL_TIME = "processor time of a kill";

  /** What the subject begins with that is a thread of the controller. */
  private static final String THREAD = "controller: ";

  private static final int MOST_THREADS = 6;
  private static final int MOST_METHODS = 10;
  private static final int MOST_KILL_THREADS = 12;

  private ProfileChapters() {}

  /** The chapter; empty if nothing was measured. */
  static Optional<String> of(SuiteResult profile) {
    var broker = time(profile, "broker");
    var controller = time(profile, "controller, all threads");
    var workers = time(profile, "workers, all");
    if (broker.isEmpty() || controller.isEmpty() || workers.isEmpty()) {
      return Optional.empty();
    }
    double all = broker.get() + controller.get() + workers.get();
    var text = new StringBuilder("## What limits the rate of no-op tasks\n");
    text.append(
        "A task costs %s µs of processor time: the broker %s, the controller %s, the workers %s. So each processor that all of them share is good for %s tasks a second at most, whatever waits for what.\n\n"
            .formatted(
                Figure.of(all),
                Figure.of(broker.get()),
                Figure.of(controller.get()),
                Figure.of(workers.get()),
                Figure.of(1e6 / all)));
    text.append("The controller's threads that cost most, in µs a task: ");
    text.append(listed(dearest(profile, TIME), THREAD, MOST_THREADS));
    text.append(".\n\nThe hottest methods, in percent of the controller's samples: ");
    text.append(
        String.join(
            ", ",
            profile.of("samples").stream()
                .sorted(Comparator.comparingDouble(Measurement::median).reversed())
                .limit(MOST_METHODS)
                .map(one ->
                    "`"
                        + one.parameters().getOrDefault("method", "?")
                        + "` "
                        + Figure.of(one.median()))
                .toList()));
    return Optional.of(text.append(".\n\n").toString());
  }

  /** The chapter about kills; empty if nothing was measured. */
  static Optional<String> ofKills(SuiteResult profile) {
    var parts = dearest(profile, KILL_TIME);
    if (parts.isEmpty()) {
      return Optional.empty();
    }
    var text = new StringBuilder("## What a kill takes\n");
    text.append(
        "Beside what the kernel needs for the dying workers (the C floor, on every processor there is), a kill of %s idle workers takes, in ms of processor time: %s.\n\n"
            .formatted(
                parts.getFirst().parameters().getOrDefault("workers", "?"),
                listed(parts, "", Integer.MAX_VALUE)));
    text.append(
        "The controller's threads that cost most: %s.\n\n"
            .formatted(listed(parts, THREAD, MOST_KILL_THREADS)));
    return Optional.of(text.toString());
  }

  private static List<Measurement> dearest(SuiteResult profile, String metric) {
    return profile.of(metric).stream()
        .sorted(Comparator.comparingDouble(Measurement::median).reversed())
        .toList();
  }

  /** Those whose subject begins so; the whole processes, if it is to begin with nothing. */
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
