package dev.warrener.messaging;

import java.util.regex.Pattern;

/** The rule for names of queues, batches, controllers, handlers and namespaces. */
public final class Names {
  private static final int LONGEST = 128;
  private static final Pattern OF_RETRIES = Pattern.compile(".*\\.retry\\.[0-9]+");

  private Names() {}

  /** Returns whether {@code value} is a valid name. */
  public static boolean isValid(String value) {
    // By hand, since this is done for every message.
    int length = value.length();
    if (length == 0 || length > LONGEST || !isLetterOrDigit(value.charAt(0))) {
      return false;
    }
    for (int i = 1; i < length; i++) {
      char c = value.charAt(i);
      if (!isLetterOrDigit(c) && c != '.' && c != '_' && c != '-') {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  /**
   * Returns {@code value} if it is a valid name.
   *
   * @param what the kind of name, for the error: "queue", "batch"
   * @throws IllegalArgumentException if it is not; the message states the rule
   */
  public static String require(String what, String value) {
    if (!isValid(value)) {
      throw new IllegalArgumentException(
          what
              + " \""
              + shorten(value)
              + "\" is not a valid name: use 1 to 128 letters, digits, '.', '_' or '-', and start"
              + " with a letter or digit");
    }
    return value;
  }

  /**
   * Returns {@code value} if it can name a queue of tasks. The endings {@code .dead} and {@code
   * .retry.N} are kept for the dead letters and retries of a queue.
   *
   * @throws IllegalArgumentException if it can't; the message states the rule
   */
  public static String requireQueue(String value) {
    require("queue", value);
    if (isOfAnotherQueue(value)) {
      throw new IllegalArgumentException(
          "queue \""
              + value
              + "\" can't be used: names that end in .dead or .retry.N belong to a queue's own dead"
              + " letters and retries");
    }
    return value;
  }

  /** Returns whether {@code value} can name a queue of tasks, as {@link #requireQueue} says. */
  public static boolean isQueue(String value) {
    return isValid(value) && !isOfAnotherQueue(value);
  }

  private static boolean isOfAnotherQueue(String value) {
    return value.endsWith(".dead")
        || (value.contains(".retry.") && OF_RETRIES.matcher(value).matches());
  }

  private static String shorten(String value) {
    return value.length() <= 140 ? value : value.substring(0, 140) + "…";
  }
}
