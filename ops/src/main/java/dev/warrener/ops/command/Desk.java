package dev.warrener.ops.command;

import dev.warrener.ops.screen.Asker;
import dev.warrener.ops.screen.Screen;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a command that watches an order works at.
 *
 * @param screen where it writes
 * @param asker the person, if one is there
 * @param clock the time
 * @param interruptions arranges what is said when Ctrl-C comes
 */
record Desk(
    Screen screen,
    Optional<Asker> asker,
    InstantSource clock,
    Function<String, Interruption> interruptions) {

  /** Says {@code sentence} if Ctrl-C comes before it is closed. */
  Interruption interruption(String sentence) {
    return interruptions.apply(sentence);
  }
}
