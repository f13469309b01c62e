package dev.warrener.ops.screen;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The facts about one thing: a heading, and a line for each fact. Not thread-safe. */
public final class Facts {
  private static final int LABEL = 11;

  private final List<String> lines = new ArrayList<>();

  /** Begins with the thing's name. */
  public Facts(String heading) {
    lines.add(Text.oneLine(heading));
  }

  /** Adds a fact; what is null is not known and left out. */
  public Facts add(String label, @Nullable Object fact) {
    if (fact != null) {
      lines.add(
          "  "
              + label
              + " ".repeat(Math.max(1, LABEL + 1 - Text.width(label)))
              + Text.oneLine(fact.toString()));
    }
    return this;
  }

  /** The heading, and the facts in their order. */
  public List<String> lines() {
    return List.copyOf(lines);
  }
}
