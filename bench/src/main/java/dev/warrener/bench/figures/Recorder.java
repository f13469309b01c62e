package dev.warrener.bench.figures;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects samples, turn by turn. Measurements keep the order in which their first samples were
 * added. Not thread-safe.
 */
public final class Recorder {
  private record Key(String subject, String metric, String unit, Map<String, String> parameters) {}

  private final Map<Key, List<Double>> samples = new LinkedHashMap<>();

  /** Adds one sample. */
  public void add(
      String subject, String metric, String unit, Map<String, String> parameters, double sample) {
    samples
        .computeIfAbsent(
            new Key(subject, metric, unit, Map.copyOf(parameters)), _ -> new ArrayList<>())
        .add(sample);
  }

  /** Returns all measurements so far. */
  public List<Measurement> measurements() {
    var all = new ArrayList<Measurement>();
    samples.forEach((key, values) ->
        all.add(
            new Measurement(key.subject(), key.metric(), key.unit(), key.parameters(), values)));
    return all;
  }
}
