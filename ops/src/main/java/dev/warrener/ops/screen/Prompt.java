package dev.warrener.ops.screen;

import java.util.Optional;

/** A way to ask a person. */
@FunctionalInterface
public interface Prompt {
  /** Shows {@code question} and returns the line that was typed; empty at end of input. */
  Optional<String> ask(String question);
}
