package dev.warrener.ops.invocation;

import dev.warrener.messaging.Names;

/** Checks of arguments; each refuses with wrong usage and a sentence. */
public final class Arguments {
  private Arguments() {}

  /** Returns a queue's name if it can be one. */
  public static String requireQueue(String name) {
    try {
      return Names.requireQueue(name);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(e);
    }
  }

  /** Returns a number if it is within its bounds. */
  public static int requireBetween(String option, int number, int least, int most) {
    if (number < least || number > most) {
      throw CommandFailure.usage(option + " must be " + least + " to " + most + ", not " + number);
    }
    return number;
  }

  /** Returns a number if it is 1 or more. */
  public static int requirePositive(String option, int number) {
    if (number < 1) {
      throw CommandFailure.usage(option + " must be 1 or more, not " + number);
    }
    return number;
  }
}
