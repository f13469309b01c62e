package dev.warrener.bench.page;

import dev.warrener.bench.figures.Results;
import java.util.Optional;
import java.util.function.Function;

/**
 * A limit for one measured figure, and the judgement of the recorded figure against it.
 *
 * @param area the suite that measures the figure, such as {@code throughput}
 * @param measured what is measured
 * @param limit the limit, as the table shows it
 * @param explanation the anchor in {@code notes.md} that says why the budget is missed; empty if
 *     none does
 * @param judge finds the figure and compares it with the limit; empty if it was not measured
 */
record Budget(
    String area,
    String measured,
    String limit,
    String explanation,
    Function<Results, Optional<Verdict>> judge) {

  /**
   * The judgement of one budget.
   *
   * @param met whether the figure keeps the limit
   * @param figure the figure with its unit
   */
  record Verdict(boolean met, String figure) {}

  /**
   * Returns the row of the table.
   *
   * @param notes the link to the notes, or an empty string if there are none
   */
  String row(Results results, String notes) {
    var verdict = judge.apply(results);
    return "| "
        + String.join(
            " | ",
            area,
            measured,
            limit,
            verdict.map(Verdict::figure).orElse("not measured"),
            verdict.map(found -> found.met() ? "met" : notMet(notes)).orElse("–"))
        + " |";
  }

  private String notMet(String notes) {
    return notes.isEmpty() || explanation.isEmpty()
        ? "not met"
        : "[not met](" + notes + "#" + explanation + ")";
  }
}
