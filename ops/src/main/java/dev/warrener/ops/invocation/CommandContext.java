package dev.warrener.ops.invocation;

import dev.warrener.ops.screen.Prompt;
import dev.warrener.ops.screen.Screen;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a command that gives an order and watches it works with.
 *
 * @param screen where it writes
 * @param prompt asks the person, if one is there
 * @param clock the time
 * @param interruptions arranges which sentence is printed when Ctrl-C comes
 */
public record CommandContext(
    Screen screen,
    Optional<Prompt> prompt,
    InstantSource clock,
    Function<String, Interruption> interruptions) {

  /** Prints {@code sentence} if Ctrl-C comes before the result is closed. */
  public Interruption interruption(String sentence) {
    return interruptions.apply(sentence);
  }
}
