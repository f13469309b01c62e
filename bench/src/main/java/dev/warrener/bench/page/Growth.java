package dev.warrener.bench.page;

import dev.warrener.bench.figures.Measurement;
import dev.warrener.bench.figures.Results;
import dev.warrener.bench.page.Budget.Verdict;
import java.util.Comparator;
import java.util.Optional;

/**
 * The change of a figure from the smallest to the largest measured size.
 *
 * @param parameter the name of the size, such as {@code workers}
 * @param from the smallest size
 * @param to the largest size
 * @param first the figure at the smallest size
 * @param last the figure at the largest size
 */
record Growth(String parameter, double from, double to, double first, double last) {

  /** Returns the growth that the suite {@code growth} measured; empty if it has not two sizes. */
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

  /**
   * Judges the growth: a rate may fall by a fifth, a time may grow as the size does, and the time
   * of a kill by a half with the number of waiting tasks.
   *
   * @param unit {@code ms} for a time; any other unit is a rate's
   */
  Verdict verdict(String unit) {
    boolean met =
        unit.equals("ms")
            ? last <= first * (parameter.equals("waiting") ? 1.5 : Math.max(1, to / from))
            : last >= 0.8 * first;
    return new Verdict(
        met,
        "%s %s with %,.0f, %s with %,.0f"
            .formatted(Figure.of(first), unit, from, Figure.of(last), to));
  }
}
