package dev.warrener.messaging.text;

import dev.warrener.messaging.ShortText;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stack traces of failed runs, made short for logs and headers. What was thrown and each cause stay
 * for as long as there is room; of the calls below them the nearest stay.
 */
public final class StackText {
  private static final int MOST_LINES = 40;
  private static final int LONGEST_LINE = 300;

  private StackText() {}

  /** Returns at most 40 lines of a stack trace, or of what a command has printed. */
  public static List<String> lines(@Nullable String stack) {
    return stack == null ? List.of() : lines(stack, MOST_LINES);
  }

  /** Returns a stack trace of at most {@code most} bytes. */
  public static String ofBytes(String stack, int most) {
    if (stack.length() <= most / 3) {
      return stack;
    }
    String fitting = ShortText.ofBytes(stack, most);
    for (int lines = MOST_LINES; fitting.length() < stack.length() && lines > 4; lines /= 2) {
      String shorter = String.join("\n", lines(stack, lines));
      fitting = ShortText.ofBytes(shorter, most);
      if (fitting.equals(shorter)) {
        return shorter;
      }
    }
    return fitting;
  }

  private static List<String> lines(String stack, int most) {
    var all = stack.lines().map(StackText::shortened).toList();
    if (all.size() <= most) {
      return all;
    }
    int heads = (int) all.stream().filter(line -> !isCall(line)).count();
    int calls = Math.max(1, (most - 2 * Math.min(heads, most / 3)) / Math.max(1, heads));
    var kept = new ArrayList<String>();
    int below = 0;
    int leftOut = 0;
    for (var line : all) {
      boolean isCall = isCall(line);
      below = isCall ? below + 1 : 0;
      if (below > calls) {
        leftOut++;
        continue;
      }
      if (leftOut > 0) {
        kept.add(leftOut(leftOut));
        leftOut = 0;
      }
      kept.add(line);
    }
    if (leftOut > 0) {
      kept.add(leftOut(leftOut));
    }
    if (kept.size() <= most) {
      return kept;
    }
    // What was printed last, such as the last cause, tells more than what is in the middle.
    int first = most / 2;
    int last = most - first - 1;
    var ends = new ArrayList<>(kept.subList(0, first));
    ends.add(leftOut(kept.size() - first - last));
    ends.addAll(kept.subList(kept.size() - last, kept.size()));
    return ends;
  }

  /** Whether a line names a call, as in Java's stack traces. */
  private static boolean isCall(String line) {
    var text = line.stripLeading();
    return text.startsWith("at ") || text.startsWith("... ");
  }

  private static String leftOut(int lines) {
    return "\t… " + lines + " more lines";
  }

  private static String shortened(String line) {
    return line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE) + "…";
  }
}
