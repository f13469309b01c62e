package dev.warrener.messaging.text;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Suggests the names that a mistyped name may have meant. */
public final class Suggestions {
  private Suggestions() {}

  /**
   * Returns {@code ; did you mean NAME or NAME?} with the names that look most like {@code wrong},
   * at most three, the nearest first. Returns an empty text if no name looks like it.
   */
  public static String didYouMean(String wrong, Iterable<String> names) {
    var near =
        StreamSupport.stream(names.spliterator(), false)
            .distinct()
            .map(name -> new Candidate(name, distance(wrong, name)))
            .filter(candidate -> candidate.distance <= Math.max(1, wrong.length() / 3))
            .sorted()
            .limit(3)
            .map(Candidate::name)
            .collect(Collectors.joining(" or "));
    return near.isEmpty() ? "" : "; did you mean " + near + "?";
  }

  private record Candidate(String name, int distance) implements Comparable<Candidate> {
    @Override
    public int compareTo(Candidate other) {
      return distance != other.distance
          ? Integer.compare(distance, other.distance)
          : name.compareTo(other.name);
    }
  }

  /** Returns how many letters to add, drop, replace or swap turn one word into the other. */
  static int distance(String one, String other) {
    var twoAgo = new int[other.length() + 1];
    var before = new int[other.length() + 1];
    Arrays.setAll(before, i -> i);
    for (int i = 1; i <= one.length(); i++) {
      var now = new int[other.length() + 1];
      now[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int replaced = before[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        now[j] = Math.min(replaced, Math.min(before[j], now[j - 1]) + 1);
        if (i > 1
            && j > 1
            && one.charAt(i - 1) == other.charAt(j - 2)
            && one.charAt(i - 2) == other.charAt(j - 1)) {
          now[j] = Math.min(now[j], twoAgo[j - 2] + 1);
        }
      }
      twoAgo = before;
      before = now;
    }
    return before[other.length()];
  }
}
