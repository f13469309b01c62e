package dev.warrener.bench.subject;

import dev.warrener.bench.figures.Missing;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Python's {@code multiprocessing.Pool}: forked copies of one process, terminated and joined. */
public final class Pool {
  private final Programs programs;
  private final Optional<String> python = Programs.find("/usr/bin/python3", "python3");

  /** With those programs. */
  public Pool(Programs programs) {
    this.programs = programs;
  }

  /** Why it can't be measured here; empty if it can. */
  public Optional<Missing> missing() {
    return python.isPresent()
        ? Optional.empty()
        : Optional.of(new Missing("Python's Pool", "no python3", "apt-get install python3"));
  }

  /** The version, for the page. */
  public String version() {
    return python.map(found -> Programs.output(List.of(found, "--version"))).orElse("not there");
  }

  /** From {@code terminate()} to the end of {@code join()}, in milliseconds. */
  public double killMillis(int workers, boolean busy) throws IOException {
    var script = programs.resource("pool.py");
    return Floor.number(
        List.of(
            python.orElseThrow(),
            script.toString(),
            Integer.toString(workers),
            busy ? "busy" : "idle"));
  }
}
