package dev.warrener.worker;

/**
 * The log of one run. Its lines reach the controller's log with the task's id and attempt, in the
 * order they were written, along with what the handler prints. A text of several lines becomes as
 * many lines; one of more than 16 KiB is cut, with a mark. Waits when the controller can't keep up.
 * Thread-safe.
 */
public interface TaskLog {
  /** A line for whoever looks for a fault. */
  void debug(String line);

  /** A line for whoever wants to know what happens. */
  void info(String line);

  /** A line about something that should be looked at. */
  void warn(String line);

  /** A line about something that has failed. */
  void error(String line);

  /** A line about something that has failed, and the stack of what was thrown. */
  void error(String line, Throwable thrown);
}
