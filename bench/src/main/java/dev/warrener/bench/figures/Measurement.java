package dev.warrener.bench.figures;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One thing that was measured, as often as there were turns.
 *
 * @param subject who: {@code warrener}, or a peer
 * @param metric what, such as {@code drained}
 * @param unit such as {@code tasks/s} or {@code ms}
 * @param parameters under which conditions, such as {@code workers} = {@code 4}
 * @param samples one for each turn, in their order; at least one
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

  /** The middle of the samples, and how far they lie apart. */
  public Spread spread() {
    return Spread.of(samples);
  }

  /** The middle of the samples. */
  public double median() {
    return spread().median();
  }

  /** The conditions in a fixed order, for tables. */
  public String conditions() {
    var words = new StringBuilder();
    new TreeMap<>(parameters)
        .forEach(
            (name, value) -> words.append(words.isEmpty() ? "" : ", ").append(name + " " + value));
    return words.toString();
  }
}
