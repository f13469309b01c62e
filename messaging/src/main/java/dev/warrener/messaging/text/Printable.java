package dev.warrener.messaging.text;

/**
 * Text of others, made harmless for terminals and logs. Publishers choose ids, operators choose
 * reasons, and tasks choose what they print: none of them may move a cursor, forge a line, or turn
 * the reading direction around. Everything that leaves to a terminal or a log passes through here.
 *
 * <p>A character that a terminal or a log reader would act on, or that is invisible, is written as
 * {@code \}{@code uXXXX}: control characters (also U+0080 to U+009F), format characters (among them
 * the bidirectional marks), line and paragraph separators, and halves of surrogate pairs. Text that
 * has passed through is not changed when it passes through again.
 */
public final class Printable {
  private static final String HEXADECIMAL = "0123456789abcdef";
  private static final String PUNCTUATION_OF_WORDS = "._-/:@+=,#%";

  private Printable() {}

  /** Returns {@code text} as a part of one line. Tabs stay. */
  public static String line(String text) {
    return escaped(text, '\t');
  }

  /**
   * Returns JSON as a terminal may show it: the same JSON value, in the same lines. In JSON such
   * characters can only be inside of strings, where the escape means the character.
   */
  public static String json(String json) {
    return escaped(json, '\n');
  }

  /**
   * Returns {@code text} as one word for {@code xargs} and other programs that split lines into
   * words: all but letters, digits and {@code ._-/:@+=,#%} is escaped, and a dash at the beginning
   * as well, so that no program takes the word for an option.
   */
  public static String word(String text) {
    var word = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      boolean isPlain =
          Character.isLetterOrDigit(c)
              || (PUNCTUATION_OF_WORDS.indexOf(c) >= 0 && !(i == 0 && c == '-'));
      append(word, c, isPlain);
      i += Character.charCount(c);
    }
    return word.toString();
  }

  /** Whether somebody who gave this text means that id: as it is, or as a command has shown it. */
  public static boolean names(String given, String id) {
    return given.equals(id) || given.equals(line(id)) || given.equals(word(id));
  }

  private static String escaped(String text, char kept) {
    if (text.codePoints().noneMatch(c -> c != kept && isHostile(c))) {
      return text;
    }
    var out = new StringBuilder(text.length() + 16);
    text.codePoints().forEach(c -> append(out, c, c == kept || !isHostile(c)));
    return out.toString();
  }

  private static void append(StringBuilder out, int codePoint, boolean isPlain) {
    if (isPlain) {
      out.appendCodePoint(codePoint);
      return;
    }
    for (char c : Character.toChars(codePoint)) {
      out.append("\\u");
      for (int shift = 12; shift >= 0; shift -= 4) {
        out.append(HEXADECIMAL.charAt((c >> shift) & 0xf));
      }
    }
  }

  private static boolean isHostile(int codePoint) {
    if (codePoint < 0x7f) {
      return codePoint < ' ';
    }
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }
}
