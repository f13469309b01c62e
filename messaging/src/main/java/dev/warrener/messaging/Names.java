package dev.warrener.messaging;

import java.util.regex.Pattern;

/** The rule for names of queues, batches, controllers, handlers and namespaces. */
public final class Names {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
  private static final Pattern RESERVED_QUEUE = Pattern.compile(".*\\.(dead|retry\\.[0-9]+)");

  private Names() {}

  /** Tells whether {@code value} is a valid name. */
  public static boolean isValid(String value) {
    return NAME.matcher(value).matches();
  }

  /**
   * Returns {@code value} if it is a valid name.
   *
   * @param what what the name is of, for the message: "queue", "batch"
   * @throws IllegalArgumentException if it is not, with a sentence that states the rule
   */
  public static String require(String what, String value) {
    if (!isValid(value)) {
      throw new IllegalArgumentException(
          what
              + " \""
              + shorten(value)
              + "\" is not a valid name: use 1 to 128 letters, digits, '.', '_' or '-', and start with a"
              + " letter or digit");
    }
    return value;
  }

  /**
   * Returns {@code value} if it can name a queue of tasks: a valid name that does not end as the
   * queues that belong to a queue do ({@code .dead}, {@code .retry.N}).
   *
   * @throws IllegalArgumentException if it can't, with a sentence that states the rule
   */
  public static String requireQueue(String value) {
    require("queue", value);
    if (RESERVED_QUEUE.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "queue \""
              + value
              + "\" can't be used: names that end in .dead or .retry.N belong to a queue's own dead letters and retries");
    }
    return value;
  }

  private static String shorten(String value) {
    return value.length() <= 140 ? value : value.substring(0, 140) + "…";
  }
}
