package dev.warrener.ops.screen;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Words, numbers and times as people read them. */
public final class Text {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss'Z'").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private Text() {}

  /**
   * A duration in at most two units: {@code 9ms}, {@code 4.1s}, {@code 2m14s}, {@code 3h05m},
   * {@code 5d}. Below a millisecond in microseconds; negative ones count as 0.
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

  /** How long ago: {@code 2m14s ago}, or {@code just now} below a tenth of a second. */
  public static String ago(Instant then, Instant now) {
    var age = Duration.between(then, now);
    return age.toMillis() < 100 ? "just now" : brief(age) + " ago";
  }

  /** A time of day in UTC: {@code 03:12:07Z}. */
  public static String clock(Instant instant) {
    return CLOCK.format(instant);
  }

  /** A time in UTC with milliseconds, as in the contract. */
  public static String stamp(Instant instant) {
    return STAMP.format(instant);
  }

  /** {@code 1 worker}, {@code 4 workers}, {@code 18 204 tasks}; the plural adds an s. */
  public static String count(long number, String noun) {
    return count(number, noun, noun + "s");
  }

  /** {@code 1 process}, {@code 4 processes}. */
  public static String count(long number, String one, String many) {
    return grouped(number) + " " + (number == 1 ? one : many);
  }

  /** The different words, in their order: {@code mail, sms}. */
  public static String list(Stream<String> words) {
    return words.distinct().sorted().collect(Collectors.joining(", "));
  }

  /** A number with a narrow gap between thousands, as it reads in a terminal: {@code 18 204}. */
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

  /** {@code text} without control characters, so that no message can play with a terminal. */
  public static String oneLine(String text) {
    if (text.chars().noneMatch(Character::isISOControl)) {
      return text;
    }
    var out = new StringBuilder(text.length());
    text.codePoints().forEach(c -> out.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
    return out.toString();
  }

  /** The most of {@code text} that fits into {@code width}, with an ellipsis if some is missing. */
  public static String cut(String text, int width) {
    if (width(text) <= width) {
      return text;
    }
    return width <= 1 ? "…" : text.substring(0, text.offsetByCodePoints(0, width - 1)) + "…";
  }

  /** The first {@code characters} of {@code text}, or all of it. */
  public static String beginning(String text, int characters) {
    return text.codePoints().limit(characters).count() < characters
        ? text
        : text.substring(0, text.offsetByCodePoints(0, characters));
  }

  /** As {@link #cut}, of text with colours in it: escape sequences take no column and are kept. */
  static String cutPainted(String text, int width) {
    var out = new StringBuilder(text.length());
    int shown = 0;
    boolean isCut = false;
    for (int i = 0; i < text.length(); ) {
      if (text.charAt(i) == '\u001b') {
        int end = text.indexOf('m', i);
        end = end < 0 ? text.length() : end + 1;
        out.append(text, i, end);
        i = end;
        continue;
      }
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (isCut) {
        continue;
      }
      boolean isLast = shown == width - 1 && hasText(text, i);
      out.appendCodePoint(isLast ? '…' : c);
      shown++;
      isCut = isLast || shown == width;
    }
    return out.toString();
  }

  private static boolean hasText(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      if (text.charAt(i) != '\u001b') {
        return true;
      }
      i = text.indexOf('m', i);
      if (i < 0) {
        return false;
      }
    }
    return false;
  }

  /** The columns that {@code text} takes, taking every character for one column wide. */
  static int width(String text) {
    return text.codePointCount(0, text.length());
  }

  private static String twoDigits(long number) {
    return number < 10 ? "0" + number : Long.toString(number);
  }
}
