package dev.warrener.controller.configuration;

import java.time.Duration;
import java.util.regex.Pattern;

/** Durations as settings write them: {@code 500ms}, {@code 15s}, {@code 10m}; {@code 0} is none. */
final class Durations {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,15})(ms|s|m|h|d)");

  private Durations() {}

  /**
   * Reads a duration.
   *
   * @throws IllegalArgumentException if the text is none, with a sentence that says how one looks
   */
  static Duration read(String text) {
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    var matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no duration: use a whole number with ms, s, m, h or d, such as 15s");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }

  /** Returns the text of a duration, in the largest of minutes, seconds and milliseconds. */
  static String text(Duration duration) {
    if (duration.isZero()) {
      return "0";
    }
    long millis = duration.toMillis();
    if (millis % 1000 != 0) {
      return millis + "ms";
    }
    return millis % 60_000 != 0 ? millis / 1000 + "s" : millis / 60_000 + "m";
  }
}
