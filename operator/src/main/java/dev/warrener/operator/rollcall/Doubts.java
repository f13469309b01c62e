package dev.warrener.operator.rollcall;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Why answers alone don't confirm an order. Immutable.
 *
 * @param miscounts why the broker's counts of controllers are wrong or could not be had, as the
 *     ends of sentences; an order that names its controllers needs no count
 * @param sentences what holds for every order
 */
record Doubts(List<String> miscounts, List<String> sentences) {
  static final Doubts NONE = new Doubts(List.of(), List.of());

  Doubts {
    miscounts = List.copyOf(miscounts);
    sentences = List.copyOf(sentences);
  }

  /** Returns these and more reasons why the counts are wrong; one that is known is not repeated. */
  Doubts andMiscounts(List<String> more) {
    return new Doubts(
        Stream.concat(miscounts.stream(), more.stream()).distinct().toList(), sentences);
  }

  /** Returns these and one more sentence. */
  Doubts and(String sentence) {
    var all = new ArrayList<>(sentences);
    all.add(sentence);
    return new Doubts(miscounts, all);
  }

  /** Returns a sentence for each reason why the counts are wrong. */
  List<String> ofCounts() {
    return miscounts.stream()
        .map(because ->
            "The broker's count of controllers is wrong or missing, so it does not show whether one"
                + " is missing: "
                + because
                + ".")
        .toList();
  }
}
