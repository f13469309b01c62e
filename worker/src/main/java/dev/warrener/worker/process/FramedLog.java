package dev.warrener.worker.process;

import dev.warrener.worker.TaskLog;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.HeaderKey;

/** The log of one run: sends each line as a LOG frame. */
final class FramedLog implements TaskLog {
  private final Run run;
  private final Outbox outbox;

  FramedLog(Run run, Outbox outbox) {
    this.run = run;
    this.outbox = outbox;
  }

  @Override
  public void debug(String line) {
    post("debug", line);
  }

  @Override
  public void info(String line) {
    post("info", line);
  }

  @Override
  public void warn(String line) {
    post("warn", line);
  }

  @Override
  public void error(String line) {
    post("error", line);
  }

  @Override
  public void error(String line, Throwable thrown) {
    post("error", line);
    post("error", Failure.stackOf(thrown));
  }

  private void post(String level, String text) {
    int start = 0;
    while (true) {
      int end = text.indexOf('\n', start);
      postLine(level, end < 0 ? text.substring(start) : text.substring(start, end));
      if (end < 0 || end == text.length() - 1) {
        return;
      }
      start = end + 1;
    }
  }

  private void postLine(String level, String line) {
    outbox.post(
        run.frame(FrameType.LOG)
            .field(HeaderKey.STREAM, "log")
            .field(HeaderKey.LEVEL, level)
            .payload(Line.of(line).bytes())
            .build());
  }
}
