package dev.warrener.ops.screen;

import dev.warrener.messaging.text.Printable;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Colour for one stream, or none. {@code NO_COLOR} and {@code --no-color} switch it off, {@code
 * TERM=dumb} too; {@code CLICOLOR_FORCE} switches it on where the stream is no terminal. Colour
 * never says anything that a word doesn't.
 *
 * @param colour whether escape sequences are written
 */
public record Style(boolean colour) {
  /** The beginning of our own colours, different in each process: text of others can't have it. */
  private static final String OURS =
      "\u001b[" + Long.toHexString(ThreadLocalRandom.current().nextLong()) + ";";

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

  /**
   * {@code text} in the colour of {@code tone}. The colours are marks that nobody else can guess,
   * until {@link #shown} turns them into what a terminal understands.
   */
  public String paint(Tone tone, String text) {
    return colour && !tone.code.isEmpty() && !text.isEmpty()
        ? OURS + tone.code + "m" + text + OURS + "0m"
        : text;
  }

  /**
   * Returns a line as it goes to the terminal: with the colours that {@link #paint} has added, and
   * with nothing else that a terminal would act on.
   */
  static String shown(String line) {
    int mark = line.indexOf(OURS);
    if (mark < 0) {
      return Printable.line(line);
    }
    var shown = new StringBuilder(line.length());
    int from = 0;
    for (; mark >= 0; mark = line.indexOf(OURS, from)) {
      int end = line.indexOf('m', mark) + 1;
      shown
          .append(Printable.line(line.substring(from, mark)))
          .append("\u001b[")
          .append(line, mark + OURS.length(), end);
      from = end;
    }
    return shown.append(Printable.line(line.substring(from))).toString();
  }
}
