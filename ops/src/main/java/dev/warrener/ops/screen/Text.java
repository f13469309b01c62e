package dev.warrener.ops.screen;

import dev.warrener.messaging.text.Printable;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Text that fits into a terminal: lists, times and lines without surprises. */
public final class Text {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private Text() {}

  /** Returns with how many characters all of these begin; 0 for fewer than two. */
  public static int commonBeginning(List<String> texts) {
    var different = texts.stream().distinct().sorted().toList();
    if (different.size() < 2) {
      return 0;
    }
    // Of sorted texts the first and the last differ soonest.
    var first = different.getFirst();
    var last = different.getLast();
    int common = 0;
    while (common < Math.min(first.length(), last.length())
        && first.charAt(common) == last.charAt(common)) {
      common++;
    }
    return common;
  }

  /** A time in UTC with milliseconds, as in the contract. */
  public static String stamp(Instant instant) {
    return STAMP.format(instant);
  }

  /** The different words, in their order: {@code mail, sms}. */
  public static String list(Stream<String> words) {
    return words.distinct().sorted().collect(Collectors.joining(", "));
  }

  /** {@code text} as it takes a known number of columns: printable, a blank for each tab. */
  public static String oneLine(String text) {
    return Printable.line(text).replace('\t', ' ');
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

  /** Cuts text with colours as {@link #cut} does. Escape sequences are kept and take no column. */
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
}
