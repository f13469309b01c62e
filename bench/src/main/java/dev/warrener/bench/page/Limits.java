package dev.warrener.bench.page;

import dev.warrener.bench.figures.Measurement;
import dev.warrener.bench.figures.SuiteResult;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/** What limits the rate of no-op tasks, as the profile has it. */
final class Limits {
  private static final String TIME = "processor time";
  private static final int MOST_THREADS = 6;
  private static final int MOST_METHODS = 10;

  private Limits() {}

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
    text.append(
        String.join(
            ", ",
            profile.of(TIME).stream()
                .filter(one -> one.subject().startsWith("controller: "))
                .sorted(Comparator.comparingDouble(Measurement::median).reversed())
                .limit(MOST_THREADS)
                .map(one ->
                    one.subject().substring("controller: ".length())
                        + " "
                        + Figure.of(one.median()))
                .toList()));
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

  private static Optional<Double> time(SuiteResult profile, String subject) {
    return profile.find(subject, TIME, Map.of()).map(Measurement::median);
  }
}
