package dev.warrener.messaging;

import java.nio.charset.StandardCharsets;

/** Text that is cut to a number of bytes, for places that have a limit. */
public final class ShortText {
  private static final String CUT = "…";
  private static final int CUT_BYTES = CUT.getBytes(StandardCharsets.UTF_8).length;

  private ShortText() {}

  /**
   * Returns the text, or its beginning and an ellipsis if its UTF-8 has more than {@code most}
   * bytes. The result has at most {@code most} bytes.
   *
   * @param most 3 or more
   */
  public static String ofBytes(String text, int most) {
    // No character of a string has more than three bytes.
    if (text.length() <= most / 3 || text.getBytes(StandardCharsets.UTF_8).length <= most) {
      return text;
    }
    int left = most - CUT_BYTES;
    int end = 0;
    while (end < text.length()) {
      int next = text.codePointAt(end);
      left -= next < 0x80 ? 1 : next < 0x800 ? 2 : next < 0x10000 ? 3 : 4;
      if (left < 0) {
        break;
      }
      end += Character.charCount(next);
    }
    return text.substring(0, end) + CUT;
  }
}
