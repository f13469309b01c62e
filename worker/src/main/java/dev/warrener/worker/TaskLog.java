package dev.warrener.worker;

/**
 * The log of one run. Its lines appear in the controller's log with the task's id, in the order in
 * which they were written, together with what the handler prints. A text of several lines is logged
 * as several lines. A line of more than 16 KiB is cut, with a mark. Blocks while the controller
 * can't keep up. Thread-safe.
 */
public interface TaskLog {
  /** Logs a line that helps to find a fault. */
  void debug(String line);

  /** Logs a line about the normal course of the run. */
  void info(String line);

  /** Logs a line about something that a person should look at. */
  void warn(String line);

  /** Logs a line about something that has failed. */
  void error(String line);

  /** Logs a line about something that has failed, and a stack trace. */
  void error(String line, Throwable thrown);
}
