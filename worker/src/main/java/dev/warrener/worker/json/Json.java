package dev.warrener.worker.json;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads JSON, validates JSON, and quotes texts as JSON. */
public final class Json {
  private static final String HEX = "0123456789abcdef";

  private Json() {}

  /**
   * Returns the JSON value that {@code utf8} holds. Nothing but white space may surround it.
   *
   * @throws JsonFormatException if it is no UTF-8 or no JSON, names a member twice, or is nested
   *     more than 256 deep
   */
  public static JsonValue parse(byte[] utf8) throws JsonFormatException {
    return new JsonParser(decode(utf8), true).parse();
  }

  /** Whether {@link #parse} would accept {@code utf8}. Creates no values. */
  public static boolean isValid(byte[] utf8) {
    try {
      new JsonParser(decode(utf8), false).parse();
      return true;
    } catch (JsonFormatException e) {
      return false;
    }
  }

  /** Returns the text as a JSON string: in quotes, escaped. A lone surrogate is escaped, too. */
  public static String quote(String text) {
    var quoted = new StringBuilder(text.length() + 2).append('"');
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      switch (c) {
        case '"', '\\' -> quoted.append('\\').append(c);
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (c < ' ' || isLoneSurrogate(text, at)) {
            escape(quoted, c);
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }

  private static boolean isLoneSurrogate(String text, int at) {
    char c = text.charAt(at);
    if (Character.isHighSurrogate(c)) {
      return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
    }
    return Character.isLowSurrogate(c)
        && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
  }

  private static void escape(StringBuilder quoted, char c) {
    quoted.append("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) {
      quoted.append(HEX.charAt(c >> shift & 0xF));
    }
  }

  private static String decode(byte[] utf8) throws JsonFormatException {
    String text = new String(utf8, StandardCharsets.UTF_8);
    if (text.indexOf('\uFFFD') >= 0) {
      // Either the replacement character itself or invalid UTF-8: only the decoder can tell.
      try {
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
      } catch (CharacterCodingException e) {
        throw new JsonFormatException("this is no JSON: the text isn't UTF-8");
      }
    }
    return text;
  }
}
