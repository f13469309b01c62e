package dev.warrener.ops.invocation;

import dev.warrener.ops.screen.Prompt;
import dev.warrener.ops.screen.Screen;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;

/**
 * The surroundings of a command that gives an order and watches it.
 *
 * @param screen the output of the command
 * @param prompt asks the person, if there is a terminal
 * @param clock the clock
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
