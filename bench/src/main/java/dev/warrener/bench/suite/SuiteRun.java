package dev.warrener.bench.suite;

import dev.warrener.bench.figures.MissingPeer;
import dev.warrener.bench.figures.Recorder;
import dev.warrener.bench.rig.MeasuredBroker;
import dev.warrener.bench.subject.MeasuredPrograms;
import dev.warrener.bench.subject.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** One run of one suite: its broker, its programs, and its figures so far. Used by one thread. */
public final class SuiteRun {
  private final MeasuredBroker broker;
  private final MeasuredPrograms programs;
  private final int rounds;
  private final boolean quick;
  private final Consumer<String> progress;
  private final Recorder recorder = new Recorder();
  private final List<String> notes = new ArrayList<>();
  private final List<MissingPeer> missing = new ArrayList<>();
  private final Map<String, String> versions = new TreeMap<>();

  /**
   * Begins a run.
   *
   * @param rounds the number of turns of each program
   * @param quick whether to use small sizes
   * @param progress receives a line for each step and sample
   */
  public SuiteRun(
      MeasuredBroker broker,
      MeasuredPrograms programs,
      int rounds,
      boolean quick,
      Consumer<String> progress) {
    this.broker = broker;
    this.programs = programs;
    this.rounds = rounds;
    this.quick = quick;
    this.progress = progress;
  }

  /** Returns the broker. */
  public MeasuredBroker broker() {
    return broker;
  }

  /** Returns the places of the programs. */
  public MeasuredPrograms programs() {
    return programs;
  }

  /** Returns the number of turns of each program. */
  public int rounds() {
    return rounds;
  }

  /** Returns {@code little} in a quick run, and {@code much} otherwise. */
  <T> T size(T little, T much) {
    return quick ? little : much;
  }

  /** Records a sample, and reports it as progress. */
  void add(
      String subject, String metric, String unit, Map<String, String> parameters, double sample) {
    recorder.add(subject, metric, unit, parameters, sample);
    say(
        "  %-22s %-28s %12.2f %s  %s"
            .formatted(subject, metric, sample, unit, new TreeMap<>(parameters)));
  }

  /** Records samples. */
  void add(
      String subject,
      String metric,
      String unit,
      Map<String, String> parameters,
      List<Double> samples) {
    samples.forEach(sample -> recorder.add(subject, metric, unit, parameters, sample));
  }

  /** Records a note for the page, once. */
  void note(String sentence) {
    if (!notes.contains(sentence)) {
      notes.add(sentence);
    }
  }

  /** Records that the suite failed before its end. */
  public void broke(Exception e) {
    var because = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    notes.add("**The suite failed before its end**, so figures are missing: " + because);
    say("  ended early: " + e.getMessage());
  }

  /** Records that a peer is not installed. */
  void miss(MissingPeer peer) {
    missing.add(peer);
    say("  missing: " + peer.peer() + " (" + peer.because() + "); install it: " + peer.install());
  }

  /** Returns the programs that are installed, and records the others as missing. */
  <S extends Subject> List<S> present(List<S> subjects) {
    var here = new ArrayList<S>();
    for (var subject : subjects) {
      var absent = subject.missing();
      if (absent.isPresent()) {
        miss(absent.get());
      } else {
        versions.put(subject.name(), subject.version());
        here.add(subject);
      }
    }
    return here;
  }

  /** Records a version. */
  void version(String of, String version) {
    versions.put(of, version);
  }

  /** Reports progress. */
  void say(String line) {
    progress.accept(String.format(Locale.ROOT, "%s", line));
  }

  /** Returns the figures so far. */
  public Recorder recorder() {
    return recorder;
  }

  /** Returns the notes so far. */
  public List<String> notes() {
    return notes;
  }

  /** Returns the peers that are not installed. */
  public List<MissingPeer> missing() {
    return missing;
  }

  /** Returns the versions so far. */
  public Map<String, String> versions() {
    return versions;
  }
}
