package dev.warrener.worker.builtin;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Appends a line to a file when it starts and when it ends, and ignores cancellation in between. So
 * tests see what really ran, independent of the fleet's own reports. The publisher chooses the
 * file, so the handler is offered only with {@link BuiltInChoice#ALL}.
 *
 * <p>A line has {@code start}, {@code beat} or {@code end}, the task's id, the attempt, the process
 * id, and the host's monotonic clock in nanoseconds. Beats are written only if the input asks for
 * them; the last beat shows how long a run lived that was killed. All of an id but ASCII letters,
 * digits and {@code ._-} is escaped as in JSON, so that no id writes a line or a word of its own.
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

    // Opened for appending, and each line is one write, so that many processes can share the file.
    // A stream is used, because an interrupted thread can't write to a channel.
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

  /** Sleeps for {@code millis}, but not past {@code until}. Returns whether there is time left. */
  private static boolean sleep(long until, long millis) {
    long wake = Math.min(until, System.nanoTime() + millis * 1_000_000);
    for (long left = millisTo(wake); left > 0; left = millisTo(wake)) {
      try {
        Thread.sleep(left);
      } catch (InterruptedException e) {
        // Ignored on purpose.
      }
    }
    return millisTo(until) > 0;
  }

  private static long millisTo(long nanos) {
    return (nanos - System.nanoTime()) / 1_000_000;
  }
}
