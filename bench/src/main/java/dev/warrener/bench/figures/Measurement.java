package dev.warrener.bench.figures;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The samples of one figure.
 *
 * @param subject the program or part that was measured: {@code warrener}, or a peer
 * @param metric the name of the figure, such as {@code drained}
 * @param unit the unit, such as {@code tasks/s} or {@code ms}
 * @param parameters the conditions, such as {@code workers} = {@code 4}
 * @param samples one sample for each turn, in the order of the turns; at least one
 */
public record Measurement(
    String subject,
    String metric,
    String unit,
    Map<String, String> parameters,
    List<Double> samples) {
  public Measurement {
    if (samples.isEmpty()) {
      throw new IllegalArgumentException(subject + " has no samples of " + metric);
    }
    parameters = Map.copyOf(parameters);
    samples = List.copyOf(samples);
  }

  /** Returns the median of the samples, with the lowest and the highest. */
  public Spread spread() {
    return Spread.of(samples);
  }

  /** Returns the median of the samples. */
  public double median() {
    return spread().median();
  }

  /** Returns the conditions as text for a table, sorted by name. */
  public String conditions() {
    var words = new StringBuilder();
    new TreeMap<>(parameters)
        .forEach(
            (name, value) -> words.append(words.isEmpty() ? "" : ", ").append(name + " " + value));
    return words.toString();
  }
}
