package dev.warrener.ops.screen;

import dev.warrener.messaging.json.ContractJson;
import dev.warrener.ops.screen.Style.Tone;
import java.io.PrintStream;
import java.util.List;

/**
 * The output of a command: results on stdout in the chosen format, messages on stderr. Several
 * threads may print whole lines.
 */
public final class Screen {
  private final PrintStream out;
  private final PrintStream err;
  private final Style outStyle;
  private final Style errStyle;
  private final boolean outCanRedraw;
  private final boolean errCanRedraw;
  private final boolean quiet;
  private final OutputFormat format;

  /**
   * A screen.
   *
   * @param outCanRedraw whether stdout is a terminal that can be drawn again
   * @param errCanRedraw whether stderr is one
   * @param quiet whether {@link #say} is silent
   * @param format of results
   */
  public Screen(
      PrintStream out,
      PrintStream err,
      Style outStyle,
      Style errStyle,
      boolean outCanRedraw,
      boolean errCanRedraw,
      boolean quiet,
      OutputFormat format) {
    this.out = out;
    this.err = err;
    this.outStyle = outStyle;
    this.errStyle = errStyle;
    this.outCanRedraw = outCanRedraw;
    this.errCanRedraw = errCanRedraw;
    this.quiet = quiet;
    this.format = format;
  }

  /** The format of results. */
  public OutputFormat format() {
    return format;
  }

  /** Whether results are for people. */
  public boolean isForPeople() {
    return format == OutputFormat.TABLE;
  }

  /** Writes a line of the result. */
  public void result(String line) {
    out.println(line);
  }

  /** Writes a table as the result. */
  public void result(Table table) {
    table.lines(outStyle).forEach(out::println);
  }

  /** Writes the result as JSON: over several lines for {@code json}, in one for {@code jsonl}. */
  public void resultJson(Object value) {
    out.println(
        format == OutputFormat.JSONL ? ContractJson.text(value) : ContractJson.pretty(value));
  }

  /** Writes one JSON value in one line. */
  public void resultJsonLine(Object value) {
    out.println(ContractJson.text(value));
  }

  /** Writes lines as the result; on a terminal only those that fit on it. */
  public void resultPage(List<String> lines) {
    boolean isCut = outCanRedraw && isForPeople();
    (isCut ? Terminal.size().page(lines) : lines).forEach(out::println);
  }

  /** Starts the next picture of a result that is shown again and again. */
  public void startPage() {
    if (outCanRedraw && isForPeople()) {
      out.print("\u001b[H\u001b[2J\u001b[3J");
      out.flush();
    }
  }

  /** Writes a message to stderr, unless {@code --quiet} is set. */
  public void say(String line) {
    if (!quiet) {
      err.println(line);
    }
  }

  /** Writes a message to stderr, unless {@code --quiet} is set. */
  public void say(Tone tone, String line) {
    say(errStyle.paint(tone, line));
  }

  /** Writes a line that must be seen, also with {@code --quiet}. */
  public void insist(Tone tone, String line) {
    err.println(errStyle.paint(tone, line));
  }

  /** Writes lines that must be seen as they are. */
  public void insist(List<String> lines) {
    lines.forEach(err::println);
  }

  /** Writes text without an end of line, and shows it at once. */
  public void raw(String text) {
    err.print(text);
    err.flush();
  }

  /** The colours of stdout. */
  public Style outStyle() {
    return outStyle;
  }

  /** The colours of stderr. */
  public Style errStyle() {
    return errStyle;
  }

  /**
   * Whether lines of stderr may be redrawn: stderr is a terminal that can redraw, and not quiet.
   */
  public boolean canRedraw() {
    return errCanRedraw && !quiet;
  }
}
