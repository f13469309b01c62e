package dev.warrener.bench.subject;

import dev.warrener.bench.figures.MissingPeer;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Python's {@code multiprocessing.Pool}: forked copies of one process, terminated and joined. */
public final class PythonPool {
  private final MeasuredPrograms programs;
  private final Optional<String> python = MeasuredPrograms.find("/usr/bin/python3", "python3");

  /** With those programs. */
  public PythonPool(MeasuredPrograms programs) {
    this.programs = programs;
  }

  /** Why it can't be measured here; empty if it can. */
  public Optional<MissingPeer> missing() {
    return python.isPresent()
        ? Optional.empty()
        : Optional.of(new MissingPeer("Python's Pool", "no python3", "apt-get install python3"));
  }

  /** The version, for the page. */
  public String version() {
    return python.map(found -> MeasuredPrograms.output(List.of(found, "--version"))).orElse("not there");
  }

  /** From {@code terminate()} to the end of {@code join()}, in milliseconds. */
  public double killMillis(int workers, boolean busy) throws IOException {
    var script = programs.resource("pool.py");
    return KillFloor.number(
        List.of(
            python.orElseThrow(),
            script.toString(),
            Integer.toString(workers),
            busy ? "busy" : "idle"));
  }
}
