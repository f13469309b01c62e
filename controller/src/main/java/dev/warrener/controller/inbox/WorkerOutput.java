package dev.warrener.controller.inbox;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.messaging.text.Printable;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.HeaderKey;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What handlers and workers print, as lines of the controller's log. */
public final class WorkerOutput {
  /** The logger of what tasks and workers print; the controller's own lines have other loggers. */
  public static final String LOGGER = "dev.warrener.task";

  private static final Logger LOG = LoggerFactory.getLogger(LOGGER);
  private static final int LONGEST = 16 * 1024;

  private WorkerOutput() {}

  /** Logs a line. May wait for the log's reader. */
  static void log(String line) {
    LOG.info("{}", line);
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

  /** Returns a line of bounded length, which can't pass for another line of the log. */
  static String printable(String line) {
    return printable(line, LONGEST);
  }

  /** Returns a line as {@link #printable(String)} does, of at most {@code longest} characters. */
  static String printable(String line, int longest) {
    return Printable.line(line.length() > longest ? line.substring(0, longest) + "…" : line);
  }
}
