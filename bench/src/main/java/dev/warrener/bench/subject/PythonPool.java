package dev.warrener.bench.subject;

import dev.warrener.bench.figures.MissingPeer;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Python's {@code multiprocessing.Pool}, whose forked processes are terminated and joined. */
public final class PythonPool {
  private final MeasuredPrograms programs;
  private final Optional<String> python = MeasuredPrograms.find("/usr/bin/python3", "python3");

  /** Looks for a Python. */
  public PythonPool(MeasuredPrograms programs) {
    this.programs = programs;
  }

  /** Returns why the pool can't be measured; empty if it can. */
  public Optional<MissingPeer> missing() {
    return python.isPresent()
        ? Optional.empty()
        : Optional.of(
            new MissingPeer("Python's Pool", "there is no python3", "apt-get install python3"));
  }

  /** Returns the version for the page. */
  public String version() {
    return python
        .map(found -> MeasuredPrograms.output(List.of(found, "--version")))
        .orElse("not there");
  }

  /** Returns the time from {@code terminate()} to the end of {@code join()}, in milliseconds. */
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
