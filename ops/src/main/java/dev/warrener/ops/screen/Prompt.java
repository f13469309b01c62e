package dev.warrener.ops.screen;

import java.util.Optional;

/** Asks a person. */
@FunctionalInterface
public interface Prompt {
  /** Shows {@code question} and returns the line that was typed; empty at end of input. */
  Optional<String> ask(String question);
}
