package dev.warrener.ops.command;

import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the command among the arguments of a call before they are parsed. */
public final class CommandWord {
  /** The options that may stand before the command and have their value in the next word. */
  static final Set<String> WITH_VALUE =
      Set.of("--broker", "--user", "--password-file", "--namespace", "--output", "-o");

  private CommandWord() {}

  /** Returns the first word that is neither an option nor the value of one, or null. */
  public static @Nullable String of(List<String> arguments) {
    for (Iterator<String> words = arguments.iterator(); words.hasNext(); ) {
      String word = words.next();
      if (!word.startsWith("-")) {
        return word;
      }
      if (WITH_VALUE.contains(word) && words.hasNext()) {
        words.next();
      }
    }
    return null;
  }
}
