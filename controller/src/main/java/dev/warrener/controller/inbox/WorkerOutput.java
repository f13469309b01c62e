package dev.warrener.controller.inbox;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.messaging.text.Printable;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.HeaderKey;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** The output of handlers and workers, as lines of the controller's log. */
public final class WorkerOutput {
  /** The logger of what tasks and workers print; the controller's own lines have other loggers. */
  public static final String LOGGER = "dev.warrener.task";

  private static final Logger LOG = LoggerFactory.getLogger(LOGGER);
  private static final int LONGEST = 16 * 1024;
  private static final int LONGEST_SENTENCE = 500;

  private WorkerOutput() {}

  /** Logs a line. May wait for the log's reader. */
  static void log(Level level, String line) {
    LOG.atLevel(level).log("{}", line);
  }

  /** Returns the level of a LOG frame; what is printed has none and is {@code INFO}. */
  static Level level(Frame frame) {
    var level = frame.text(HeaderKey.LEVEL);
    return switch (level == null ? "" : level) {
      case "debug" -> Level.DEBUG;
      case "warn" -> Level.WARN;
      case "error" -> Level.ERROR;
      default -> Level.INFO;
    };
  }

  /** Returns the line of a LOG frame without what makes it unreadable. */
  static String text(Frame frame) {
    return printable(new String(frame.payload(), StandardCharsets.UTF_8));
  }

  /** Returns what stands before the line of a LOG frame: whose line it is. */
  static String origin(String worker, WorkerKey key, Frame frame) {
    var task = frame.text(HeaderKey.TASK);
    // One word, so that no id can end the brackets.
    return task == null ? origin(worker, key) : "[" + Printable.word(task) + "] ";
  }

  /** Returns what stands before a line that a worker printed outside its frames. */
  static String origin(String worker, WorkerKey key) {
    return "[worker " + worker + "#" + key.incarnation() + "] ";
  }

  /** Hides the options that the Java VM picked up from the environment: it prints them all. */
  static String withoutOptions(String line) {
    int at = line.indexOf("Picked up ");
    int colon = at < 0 ? -1 : line.indexOf("_OPTIONS:", at);
    return colon < 0 ? line : line.substring(0, colon) + "_OPTIONS: ***";
  }

  /** Returns what a worker says about itself, for a sentence of the controller's own. */
  static String sentence(String text) {
    return printable(text, LONGEST_SENTENCE);
  }

  /** Returns a line of bounded length, which can't pass for another line of the log. */
  static String printable(String line) {
    return printable(line, LONGEST);
  }

  /** Returns a line as {@link #printable(String)} does, of at most {@code longest} characters. */
  static String printable(String line, int longest) {
    return Printable.line(line.length() > longest ? line.substring(0, longest) + "…" : line);
  }
}
