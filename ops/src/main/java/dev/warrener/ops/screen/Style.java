package dev.warrener.ops.screen;

import java.util.Map;

/**
 * Colour for one stream, or none. {@code NO_COLOR} and {@code --no-color} switch it off, {@code
 * TERM=dumb} too; {@code CLICOLOR_FORCE} switches it on where the stream is no terminal. Colour
 * never says anything that a word doesn't.
 *
 * @param colour whether escape sequences are written
 */
public record Style(boolean colour) {
  /** Plain text. */
  public static final Style PLAIN = new Style(false);

  /** The meanings of a piece of text. */
  public enum Tone {
    /** Something went well. */
    GOOD("32"),
    /** Something that a person should look at. */
    WARN("33"),
    /** Something is wrong. */
    BAD("31"),
    /** A heading. */
    STRONG("1"),
    /** Something of minor interest. */
    FAINT("2"),
    /** Plain text. */
    NORMAL("");

    private final String code;

    Tone(String code) {
      this.code = code;
    }
  }

  /**
   * Decides for one stream.
   *
   * @param terminal whether the stream is a terminal
   * @param noColorOption whether {@code --no-color} was given
   */
  public static Style decide(
      boolean terminal, boolean noColorOption, Map<String, String> environment) {
    if (noColorOption || !environment.getOrDefault("NO_COLOR", "").isEmpty()) {
      return PLAIN;
    }
    String force = environment.getOrDefault("CLICOLOR_FORCE", "");
    if (!force.isEmpty() && !force.equals("0")) {
      return new Style(true);
    }
    return new Style(terminal && !"dumb".equals(environment.get("TERM")));
  }

  /** {@code text} in the colour of {@code tone}. */
  public String paint(Tone tone, String text) {
    return colour && !tone.code.isEmpty() && !text.isEmpty()
        ? "\u001b[" + tone.code + "m" + text + "\u001b[0m"
        : text;
  }
}
