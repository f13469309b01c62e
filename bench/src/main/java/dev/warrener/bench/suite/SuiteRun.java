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

/** One run of one suite: what it may use, and what it has found so far. Used by one thread. */
public final class SuiteRun {
  private final MeasuredBroker place;
  private final MeasuredPrograms programs;
  private final int rounds;
  private final boolean quick;
  private final Consumer<String> talk;
  private final Recorder recorder = new Recorder();
  private final List<String> notes = new ArrayList<>();
  private final List<MissingPeer> missing = new ArrayList<>();
  private final Map<String, String> versions = new TreeMap<>();

  /**
   * Begins.
   *
   * @param rounds how many turns each subject has
   * @param quick whether small sizes will do
   * @param talk hears how far it is
   */
  public SuiteRun(
      MeasuredBroker place, MeasuredPrograms programs, int rounds, boolean quick, Consumer<String> talk) {
    this.place = place;
    this.programs = programs;
    this.rounds = rounds;
    this.quick = quick;
    this.talk = talk;
  }

  /** The broker. */
  public MeasuredBroker place() {
    return place;
  }

  /** The programs. */
  public MeasuredPrograms programs() {
    return programs;
  }

  /** How many turns each subject has. */
  public int rounds() {
    return rounds;
  }

  /** The one size when there is little time, the other otherwise. */
  <T> T size(T little, T much) {
    return quick ? little : much;
  }

  /** Keeps a sample, and says it. */
  void add(
      String subject, String metric, String unit, Map<String, String> parameters, double sample) {
    recorder.add(subject, metric, unit, parameters, sample);
    say(
        "  %-22s %-28s %12.2f %s  %s"
            .formatted(subject, metric, sample, unit, new TreeMap<>(parameters)));
  }

  /** Keeps samples. */
  void add(
      String subject,
      String metric,
      String unit,
      Map<String, String> parameters,
      List<Double> samples) {
    samples.forEach(sample -> recorder.add(subject, metric, unit, parameters, sample));
  }

  /** Keeps what a reader has to know. */
  void note(String sentence) {
    if (!notes.contains(sentence)) {
      notes.add(sentence);
    }
  }

  /** Keeps that the suite could not be finished. */
  public void broke(Exception e) {
    var because = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    notes.add("**The suite ended early**, and figures are missing: " + because);
    say("  ended early: " + e.getMessage());
  }

  /** Keeps that a peer is not there. */
  void miss(MissingPeer peer) {
    missing.add(peer);
    say("  missing: " + peer.peer() + " (" + peer.because() + "); install it: " + peer.install());
  }

  /** Those of the subjects that are installed; the others are noted. */
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

  /** Keeps the version of something. */
  void version(String of, String version) {
    versions.put(of, version);
  }

  /** Tells whoever waits. */
  void say(String line) {
    talk.accept(String.format(Locale.ROOT, "%s", line));
  }

  /** The figures so far. */
  public Recorder recorder() {
    return recorder;
  }

  /** The notes so far. */
  public List<String> notes() {
    return notes;
  }

  /** The peers that are not there. */
  public List<MissingPeer> missing() {
    return missing;
  }

  /** The versions so far. */
  public Map<String, String> versions() {
    return versions;
  }
}
