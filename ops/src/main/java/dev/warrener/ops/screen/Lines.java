package dev.warrener.ops.screen;

import dev.warrener.messaging.text.Printable;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/**
 * The only way in which a command writes to its streams. What is written here can't move a cursor
 * or forge a line, whoever the text is from.
 */
public final class Lines {
  private Lines() {}

  /** Writes one line. Line ends inside it are escaped. */
  public static void write(PrintStream stream, String line) {
    stream.println(Style.shown(line));
  }

  /** Writes JSON, over as many lines as it has. */
  static void writeJson(PrintStream stream, String json) {
    stream.println(Printable.json(json));
  }

  /** Writes lines that {@link Style#shown} has returned, perhaps cut since. */
  static void writeShown(PrintStream stream, List<String> lines) {
    lines.forEach(stream::println);
  }

  /** Writes what moves the cursor, and shows it at once. */
  static void control(PrintStream stream, String text) {
    stream.print(text);
    stream.flush();
  }

  /** Writes the trace of a failure. No line of it can pass for one of our own. */
  public static void writeTrace(PrintStream stream, Throwable failure) {
    trace(failure).lines().forEach(line -> write(stream, "\t" + line));
  }

  /** Returns the trace of a failure, printable. */
  public static String trace(Throwable failure) {
    var text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text, true));
    var trace = new StringBuilder();
    text.toString().lines().map(Printable::line).forEach(line -> trace.append(line).append('\n'));
    return trace.toString();
  }
}
