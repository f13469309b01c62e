package dev.warrener.worker.builtin;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Writes down that it starts and that it ends, and heeds nothing in between: an observer of what
 * really ran, independent of everything that the fleet says about itself. Whoever may publish
 * chooses the file, so it is offered only where {@link BuiltInChoice#ALL} was asked for.
 *
 * <p>A line is {@code start}, {@code beat} or {@code end}, the task's id, the attempt, the process
 * id, and the machine's monotonic clock in nanoseconds. All of an id but ASCII letters, digits and
 * {@code ._-} is escaped as in JSON, so that no id can write a line or a word of its own. Beats come only if the input asks for them:
 * the last one says how long a run lived that never came to its end.
 */
final class JournalHandler implements TaskHandler {
  @Override
  public String name() {
    return "journal";
  }

  @Override
  public TaskResult handle(TaskContext context, byte[] input) throws Exception {
    Input fields = Input.of(input);
    String file = fields.text("file");
    long millis = fields.secondsAsMillis("seconds");
    long beatMillis = fields.has("beat") ? Math.max(1, fields.secondsAsMillis("beat")) : millis;

    // Opened for appending, a line in one write: many processes can share the file. A stream, since
    // an interrupted thread can't write to a channel.
    try (var journal = new FileOutputStream(file, true)) {
      write(journal, "start", context);
      long until = System.nanoTime() + millis * 1_000_000;
      while (sleep(until, beatMillis)) {
        write(journal, "beat", context);
      }
      write(journal, "end", context);
    }
    return TaskResult.none();
  }

  private static void write(FileOutputStream journal, String what, TaskContext context)
      throws IOException {
    String line =
        what
            + " "
            + word(context.id())
            + " "
            + context.attempt()
            + " "
            + ProcessHandle.current().pid()
            + " "
            + System.nanoTime()
            + "\n";
    journal.write(line.getBytes(StandardCharsets.UTF_8));
  }

  private static String word(String id) {
    var word = new StringBuilder(id.length());
    for (int at = 0; at < id.length(); at++) {
      char c = id.charAt(at);
      boolean isPlain = c < 0x80 && (Character.isLetterOrDigit(c) || "._-".indexOf(c) >= 0);
      if (isPlain) {
        word.append(c);
      } else {
        word.append("\\u").append(HexFormat.of().toHexDigits(c));
      }
    }
    return word.toString();
  }

  /**
   * Sleeps for {@code millis}, but not past {@code until}, and tells whether there is time left.
   */
  private static boolean sleep(long until, long millis) {
    long wake = Math.min(until, System.nanoTime() + millis * 1_000_000);
    for (long left = millisTo(wake); left > 0; left = millisTo(wake)) {
      try {
        Thread.sleep(left);
      } catch (InterruptedException e) {
        // Not heeded, on purpose.
      }
    }
    return millisTo(until) > 0;
  }

  private static long millisTo(long nanos) {
    return (nanos - System.nanoTime()) / 1_000_000;
  }
}
