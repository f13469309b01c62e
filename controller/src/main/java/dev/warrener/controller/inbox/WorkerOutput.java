package dev.warrener.controller.inbox;

import dev.warrener.controller.death.WorkerKey;
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
  private static final int LONGEST_SENTENCE = 500;

  private WorkerOutput() {}

  /** Logs the line of a LOG frame, and returns it as it was logged. */
  static String log(String worker, WorkerKey key, Frame frame) {
    var task = frame.text(HeaderKey.TASK);
    var line = printable(new String(frame.payload(), StandardCharsets.UTF_8));
    LOG.info("[{}] {}", task == null ? "worker " + worker + "#" + key.incarnation() : task, line);
    return line;
  }

  /** Logs a line that a worker printed outside its frames, and returns it as it was logged. */
  static String raw(String worker, WorkerKey key, String line) {
    var printable = printable(withoutOptions(line));
    LOG.info("[worker {}#{}] {}", worker, key.incarnation(), printable);
    return printable;
  }

  /** Hides the options that the Java VM picked up from the environment: it prints them all. */
  private static String withoutOptions(String line) {
    int at = line.indexOf("Picked up ");
    int colon = at < 0 ? -1 : line.indexOf("_OPTIONS:", at);
    return colon < 0 ? line : line.substring(0, colon) + "_OPTIONS: ***";
  }

  /** Returns what a worker says about itself, for a sentence of the controller's own. */
  static String sentence(String text) {
    return printable(
        text.length() <= LONGEST_SENTENCE ? text : text.substring(0, LONGEST_SENTENCE) + "…");
  }

  /**
   * Returns a line without control characters and of bounded length, so that it can't pass for
   * another line of the log.
   */
  private static String printable(String line) {
    var printable = new StringBuilder(Math.min(line.length(), LONGEST) + 1);
    for (int i = 0; i < line.length() && i < LONGEST; i++) {
      char c = line.charAt(i);
      printable.append(Character.isISOControl(c) && c != '\t' ? '\uFFFD' : c);
    }
    return line.length() > LONGEST ? printable.append('…').toString() : printable.toString();
  }
}
