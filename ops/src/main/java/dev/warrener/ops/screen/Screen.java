package dev.warrener.ops.screen;

import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.text.Printable;
import dev.warrener.ops.screen.Style.Tone;
import java.io.PrintStream;
import java.util.List;

/**
 * The output of a command: results on stdout in the chosen format, messages on stderr. Several
 * threads may print whole lines.
 */
public final class Screen {
  /** The most rows of a table of details on a terminal: ten, less than half of one. */
  private static final int MOST_ROWS = 10;

  private final PrintStream out;
  private final PrintStream err;
  private final Style outStyle;
  private final Style errStyle;
  private final boolean outCanRedraw;
  private final boolean errCanRedraw;
  private final boolean quiet;
  private final OutputFormat format;
  private final boolean isVerbose;

  /** A screen that leaves out what only a few want to see. */
  public Screen(
      PrintStream out,
      PrintStream err,
      Style outStyle,
      Style errStyle,
      boolean outCanRedraw,
      boolean errCanRedraw,
      boolean quiet,
      OutputFormat format) {
    this(out, err, outStyle, errStyle, outCanRedraw, errCanRedraw, quiet, format, false);
  }

  /**
   * A screen.
   *
   * @param outCanRedraw whether stdout is a terminal that can be drawn again
   * @param errCanRedraw whether stderr is one
   * @param quiet whether {@link #say} is silent
   * @param format of results
   * @param isVerbose whether everything is wanted, however long it is
   */
  public Screen(
      PrintStream out,
      PrintStream err,
      Style outStyle,
      Style errStyle,
      boolean outCanRedraw,
      boolean errCanRedraw,
      boolean quiet,
      OutputFormat format,
      boolean isVerbose) {
    this.out = out;
    this.err = err;
    this.outStyle = outStyle;
    this.errStyle = errStyle;
    this.outCanRedraw = outCanRedraw;
    this.errCanRedraw = errCanRedraw;
    this.quiet = quiet;
    this.format = format;
    this.isVerbose = isVerbose;
  }

  /** Whether a person reads the result on a terminal, where long lines are cut. */
  public boolean isOnTerminal() {
    return isForPeople() && outCanRedraw;
  }

  /**
   * Whether a table of so many rows is too long: a person reads it on a terminal, has not asked for
   * everything, and would have to scroll back for what comes before it.
   */
  public boolean isTooLong(int rows) {
    return isForPeople() && outCanRedraw && !isVerbose && rows > MOST_ROWS;
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
    Lines.write(out, line);
  }

  /** Writes a table as the result. */
  public void result(Table table) {
    table.lines(outStyle).forEach(this::result);
  }

  /**
   * Writes a name or an id as a line of the result, for {@code xargs}: one word, and no option
   * whatever it begins with.
   */
  public void resultName(String name) {
    result(Printable.word(name));
  }

  /** Writes the result as JSON: over several lines for {@code json}, in one for {@code jsonl}. */
  public void resultJson(Object value) {
    Lines.writeJson(
        out, format == OutputFormat.JSONL ? ContractJson.text(value) : ContractJson.pretty(value));
  }

  /** Writes one JSON value in one line. */
  public void resultJsonLine(Object value) {
    Lines.writeJson(out, ContractJson.text(value));
  }

  /** Writes lines as the result; on a terminal only those that fit on it. */
  public void resultPage(List<String> lines) {
    boolean isCut = outCanRedraw && isForPeople();
    var shown = lines.stream().map(Style::shown).toList();
    Lines.writeShown(out, isCut ? Terminal.size().page(shown) : shown);
  }

  /** Starts the next picture of a result that is shown again and again. */
  public void startPage() {
    if (outCanRedraw && isForPeople()) {
      Lines.control(out, "\u001b[H\u001b[2J\u001b[3J");
    }
  }

  /** Writes a message to stderr, unless {@code --quiet} is set. */
  public void say(String line) {
    if (!quiet) {
      Lines.write(err, line);
    }
  }

  /** Writes a message to stderr, unless {@code --quiet} is set. */
  public void say(Tone tone, String line) {
    say(errStyle.paint(tone, line));
  }

  /** Writes a line that must be seen, also with {@code --quiet}. */
  public void insist(Tone tone, String line) {
    Lines.write(err, errStyle.paint(tone, line));
  }

  /** Writes lines that must be seen as they are. */
  public void insist(List<String> lines) {
    lines.forEach(line -> Lines.write(err, line));
  }

  /** Writes lines that are printable already, between movements of the cursor. */
  void redraw(String text) {
    Lines.control(err, text);
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
