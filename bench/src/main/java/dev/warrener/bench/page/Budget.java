package dev.warrener.bench.page;

import dev.warrener.bench.figures.Results;
import java.util.Optional;
import java.util.function.Function;

/**
 * What was to be reached, and the figure that says whether it was.
 *
 * @param area such as throughput
 * @param words the goal
 * @param judge finds the figure; empty if it has not been measured
 */
record Budget(String area, String words, Function<Results, Optional<Verdict>> judge) {

  /**
   * What came out.
   *
   * @param met whether the goal is met
   * @param figure in words, with unit
   */
  record Verdict(boolean met, String figure) {}

  /** One row of the table. */
  String row(Results results) {
    var verdict = judge.apply(results);
    return "| "
        + area
        + " | "
        + words
        + " | "
        + verdict.map(Verdict::figure).orElse("not measured")
        + " | "
        + verdict.map(found -> found.met() ? "met" : "**not met**").orElse("–")
        + " |";
  }
}
