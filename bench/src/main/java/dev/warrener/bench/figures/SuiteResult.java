package dev.warrener.bench.figures;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one suite measured in one run, in which its subjects took turns.
 *
 * @param name of the suite
 * @param startedAt when
 * @param tookMillis how long it took
 * @param command what was typed
 * @param broker which one
 * @param rounds how many turns each subject had
 * @param load the machine's load before the run, over a minute: what others did here
 * @param loadAfter the load after it, our own included; null in older files
 * @param versions of what was compared, by name
 * @param missing peers that are not installed
 * @param notes what a reader has to know
 * @param measurements the figures
 */
public record SuiteResult(
    String name,
    Instant startedAt,
    long tookMillis,
    String command,
    String broker,
    int rounds,
    double load,
    @Nullable Double loadAfter,
    Map<String, String> versions,
    List<MissingPeer> missing,
    List<String> notes,
    List<Measurement> measurements) {
  public SuiteResult {
    versions = Map.copyOf(versions);
    missing = List.copyOf(missing);
    notes = List.copyOf(notes);
    measurements = List.copyOf(measurements);
  }

  /** The measurements of one metric, under all conditions. */
  public List<Measurement> of(String metric) {
    return measurements.stream().filter(one -> one.metric().equals(metric)).toList();
  }

  /** The first measurement of that subject and metric whose conditions include the given ones. */
  public Optional<Measurement> find(String subject, String metric, Map<String, String> parameters) {
    return measurements.stream()
        .filter(one -> one.subject().equals(subject) && one.metric().equals(metric))
        .filter(one -> one.parameters().entrySet().containsAll(parameters.entrySet()))
        .findFirst();
  }
}
