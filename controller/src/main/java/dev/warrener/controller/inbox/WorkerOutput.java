package dev.warrener.controller.inbox;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.messaging.text.Printable;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.HeaderKey;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what handlers and workers print to the controller's log, with the task's id in front. */
public final class WorkerOutput {
  /** The logger of what tasks and workers print; the controller's own lines have other loggers. */
  public static final String LOGGER = "dev.warrener.task";

  private static final Logger LOG = LoggerFactory.getLogger(LOGGER);
  private static final int LONGEST = 16 * 1024;

  private WorkerOutput() {}

  /** Logs the line of a LOG frame, and returns it as it was logged. */
  static String log(String worker, WorkerKey key, Frame frame) {
    var task = frame.text(HeaderKey.TASK);
    var line = printable(new String(frame.payload(), StandardCharsets.UTF_8));
    // One word, so that no id can end the brackets.
    var writer = task == null ? "worker " + worker + "#" + key.incarnation() : Printable.word(task);
    LOG.info("[{}] {}", writer, line);
    return line;
  }

  /** Logs a line that a worker printed outside its frames, and returns it as it was logged. */
  static String raw(String worker, WorkerKey key, String line) {
    var printable = printable(line);
    LOG.info("[worker {}#{}] {}", worker, key.incarnation(), printable);
    return printable;
  }

  /** Returns a line of bounded length, which can't pass for another line of the log. */
  private static String printable(String line) {
    return Printable.line(line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line);
  }
}
