package dev.warrener.bench.figures;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything that was measured on one machine: of each suite its newest run.
 *
 * @param version of this file's form, 1
 * @param machine what was measured on
 * @param suites in the order in which they were first run
 */
public record Results(int version, Machine machine, List<SuiteResult> suites) {
  /** The form that this class writes. */
  public static final int VERSION = 1;

  public Results {
    suites = List.copyOf(suites);
  }

  /** With that run in the place of the suite's former one. */
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

  /** The newest run of a suite, if it has been run. */
  public Optional<SuiteResult> suite(String name) {
    return suites.stream().filter(one -> one.name().equals(name)).findFirst();
  }
}
