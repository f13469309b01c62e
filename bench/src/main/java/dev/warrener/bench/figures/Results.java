package dev.warrener.bench.figures;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The newest run of each suite on one machine.
 *
 * @param version the version of the file's format: 1
 * @param machine the machine
 * @param suites the runs, in the order in which their suites were first run
 */
public record Results(int version, Machine machine, List<SuiteResult> suites) {
  /** The version of the format that this class writes. */
  public static final int VERSION = 1;

  public Results {
    suites = List.copyOf(suites);
  }

  /** Returns a copy in which {@code run} replaces the former run of its suite. */
  public Results with(SuiteResult run) {
    var all = new ArrayList<>(suites);
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).name().equals(run.name())) {
        all.set(i, run);
        return new Results(version, machine, all);
      }
    }
    all.add(run);
    return new Results(version, machine, all);
  }

  /** Returns the newest run of a suite, if there is one. */
  public Optional<SuiteResult> suite(String name) {
    return suites.stream().filter(one -> one.name().equals(name)).findFirst();
  }
}
