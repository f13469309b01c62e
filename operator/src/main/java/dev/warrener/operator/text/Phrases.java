package dev.warrener.operator.text;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** Numbers, durations and times as people read them in a sentence. */
public final class Phrases {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss'Z'").withZone(ZoneOffset.UTC);

  private Phrases() {}

  /**
   * Returns a duration in at most two units: {@code 9ms}, {@code 4.1s}, {@code 2m14s}, {@code
   * 3h05m}, {@code 5d}. A duration below a millisecond is given in microseconds, a negative one as
   * 0.
   */
  public static String brief(Duration duration) {
    if (duration.isNegative() || duration.isZero()) {
      return "0ms";
    }
    long millis = duration.toMillis();
    if (millis < 1) {
      return Math.max(1, duration.toNanos() / 1000) + "µs";
    }
    if (millis < 1000) {
      return millis + "ms";
    }
    if (millis < 9_950) {
      return (millis + 50) / 1000 + "." + (millis + 50) % 1000 / 100 + "s";
    }
    long seconds = (millis + 500) / 1000;
    if (seconds < 60) {
      return seconds + "s";
    }
    if (seconds < 3600) {
      return seconds / 60 + "m" + twoDigits(seconds % 60) + "s";
    }
    long minutes = seconds / 60;
    if (minutes < 24 * 60) {
      return minutes / 60 + "h" + twoDigits(minutes % 60) + "m";
    }
    return minutes / (24 * 60) + "d";
  }

  /**
   * Returns how long ago something was: {@code 2m14s ago}, or {@code just now} below a tenth of a
   * second.
   */
  public static String ago(Instant then, Instant now) {
    var age = Duration.between(then, now);
    return age.toMillis() < 100 ? "just now" : brief(age) + " ago";
  }

  /** Returns a time of day in UTC: {@code 03:12:07Z}. */
  public static String clock(Instant instant) {
    return CLOCK.format(instant);
  }

  /** Returns {@code 1 worker}, {@code 4 workers} or {@code 18 204 tasks}: the plural adds an s. */
  public static String count(long number, String noun) {
    return count(number, noun, noun + "s");
  }

  /** Returns {@code 1 process} or {@code 4 processes}. */
  public static String count(long number, String one, String many) {
    return grouped(number) + " " + (number == 1 ? one : many);
  }

  /** Returns a number with a gap between thousands, as it reads in a terminal: {@code 18 204}. */
  public static String grouped(long number) {
    String digits = Long.toString(number);
    if (digits.length() <= 4) {
      return digits;
    }
    var out = new StringBuilder(digits);
    for (int i = digits.length() - 3; i > (number < 0 ? 1 : 0); i -= 3) {
      out.insert(i, ' ');
    }
    return out.toString();
  }

  /** Returns the first {@code most} names, and how many more there are: {@code a, b and 4 more}. */
  public static String some(List<String> names, int most) {
    int more = names.size() - most;
    return String.join(", ", names.subList(0, Math.min(most, names.size())))
        + (more > 0 ? " and " + grouped(more) + " more" : "");
  }

  private static String twoDigits(long number) {
    return number < 10 ? "0" + number : Long.toString(number);
  }
}
