package dev.warrener.controller.inbox;

import dev.warrener.controller.Controller;
import dev.warrener.controller.process.WorkerKey;
import dev.warrener.worker.frame.Frame;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What handlers print, in the controller's log, with the task's id in front. */
public final class WorkerOutput {
  private static final Logger LOG = LoggerFactory.getLogger(Controller.LOG_OF_TASKS);
  private static final int LONGEST = 16 * 1024;

  private WorkerOutput() {}

  /** Logs a line, and returns what is shown of it. */
  public static String log(String worker, WorkerKey key, Frame frame) {
    var task = frame.text("task");
    var line = shown(new String(frame.payload(), StandardCharsets.UTF_8));
    LOG.info("[{}] {}", task == null ? "worker " + worker + "#" + key.incarnation() : task, line);
    return line;
  }

  /** Logs a line, and returns what is shown of it. */
  public static String raw(String worker, WorkerKey key, String line) {
    var shown = shown(line);
    LOG.info("[worker {}#{}] {}", worker, key.incarnation(), shown);
    return shown;
  }

  /** A line that can't pass for another one: bounded, and without control characters. */
  private static String shown(String line) {
    var shown = new StringBuilder(Math.min(line.length(), LONGEST) + 1);
    for (int i = 0; i < line.length() && i < LONGEST; i++) {
      char c = line.charAt(i);
      shown.append(Character.isISOControl(c) && c != '\t' ? '\uFFFD' : c);
    }
    return line.length() > LONGEST ? shown.append('…').toString() : shown.toString();
  }
}
