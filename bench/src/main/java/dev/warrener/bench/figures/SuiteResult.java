package dev.warrener.bench.figures;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The figures of one run of one suite, in which the measured programs took turns.
 *
 * @param name the name of the suite
 * @param startedAt when the run began
 * @param tookMillis how long the run took
 * @param command the command that repeats the run
 * @param broker the product, version and place of the broker
 * @param rounds the number of turns of each program
 * @param load the machine's load over the minute before the run, which other programs caused
 * @param loadAfter the load after the run, its own included; null in older files
 * @param versions the versions of the compared programs, by name
 * @param missing the peers that are not installed
 * @param notes how the figures were measured, and what went wrong; one sentence or more each
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

  /** Returns the measurements of one metric, under all conditions. */
  public List<Measurement> of(String metric) {
    return measurements.stream().filter(one -> one.metric().equals(metric)).toList();
  }

  /**
   * Returns the first measurement of a subject and a metric whose conditions include {@code
   * parameters}.
   */
  public Optional<Measurement> find(String subject, String metric, Map<String, String> parameters) {
    return measurements.stream()
        .filter(one -> one.subject().equals(subject) && one.metric().equals(metric))
        .filter(one -> one.parameters().entrySet().containsAll(parameters.entrySet()))
        .findFirst();
  }
}
