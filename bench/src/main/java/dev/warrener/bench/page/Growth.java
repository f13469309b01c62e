package dev.warrener.bench.page;

import dev.warrener.bench.figures.Measurement;
import dev.warrener.bench.figures.Results;
import dev.warrener.bench.page.Budget.Verdict;
import java.util.Comparator;
import java.util.Optional;

/**
 * How a figure changes from the smallest to the largest size.
 *
 * @param parameter what grows
 * @param from the smallest size
 * @param to the largest size
 * @param first the figure of the smallest size
 * @param last the figure of the largest size
 */
record Growth(String parameter, double from, double to, double first, double last) {

  /** Of the suite {@code growth}; empty if there are not two sizes. */
  static Optional<Growth> of(Results results, String parameter, String metric) {
    return results
        .suite("growth")
        .flatMap(suite -> {
          var sizes =
              suite.of(metric).stream()
                  .filter(one -> one.parameters().containsKey(parameter))
                  .sorted(Comparator.comparingDouble(one -> size(one, parameter)))
                  .toList();
          if (sizes.size() < 2) {
            return Optional.empty();
          }
          var smallest = sizes.getFirst();
          var largest = sizes.getLast();
          return Optional.of(
              new Growth(
                  parameter,
                  size(smallest, parameter),
                  size(largest, parameter),
                  smallest.median(),
                  largest.median()));
        });
  }

  private static double size(Measurement measurement, String parameter) {
    var size = measurement.parameters().get(parameter);
    return size == null ? 0 : Double.parseDouble(size);
  }

  /** A time may grow as its size does, but not with a backlog; a rate must not fall. */
  Verdict verdict(boolean isTime) {
    boolean met =
        isTime
            ? last <= first * (parameter.equals("waiting") ? 1.5 : Math.max(1, to / from))
            : last >= 0.8 * first;
    return new Verdict(
        met,
        "%s at %s, %s at %s"
            .formatted(Figure.of(first), Figure.of(from), Figure.of(last), Figure.of(to)));
  }
}
