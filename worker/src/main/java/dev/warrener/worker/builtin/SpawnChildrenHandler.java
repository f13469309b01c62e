package dev.warrener.worker.builtin;

import dev.warrener.worker.InvalidInputException;
import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Leaves sleeping processes behind, in the ways by which processes escape. Returns their ids. */
final class SpawnChildrenHandler implements TaskHandler {
  private static final int MAXIMUM_COUNT = 1_000;

  /** Prints the id of the shell, which then becomes the sleeping process. */
  private static final String SLEEP = "echo $$; exec sleep \"$0\" </dev/null >/dev/null 2>&1";

  /** Starts a process whose parent, the leader of a new session, ends at once. */
  private static final String DAEMON =
      "setsid sh -c '(exec sh -c \"$1\" \"$0\") </dev/null 2>/dev/null &' \"$0\" \"$1\"";

  @Override
  public String name() {
    return "spawn-children";
  }

  @Override
  public TaskResult handle(TaskContext context, byte[] input) throws Exception {
    Input fields = Input.of(input);
    int count = fields.wholeNumber("count", 0, MAXIMUM_COUNT);
    String seconds = Long.toString(fields.secondsAsMillis("seconds") / 1_000);
    List<String> command = command(fields.text("how"), seconds);

    var pids = new StringBuilder();
    for (int child = 0; child < count; child++) {
      pids.append(child == 0 ? "" : ",").append(spawn(command));
    }
    return TaskResult.json("{\"pids\":[" + pids + "]}");
  }

  private static List<String> command(String how, String seconds) throws InvalidInputException {
    return switch (how) {
      case "child" -> List.of("sh", "-c", SLEEP, seconds);
      case "setsid" -> List.of("setsid", "sh", "-c", SLEEP, seconds);
      case "daemon" -> List.of("sh", "-c", DAEMON, seconds, SLEEP);
      case "daemon-clean-env" -> List.of("env", "-i", "sh", "-c", DAEMON, seconds, SLEEP);
      default ->
          throw new InvalidInputException(
              "the field 'how' must be child, setsid, daemon or daemon-clean-env, not " + how);
    };
  }

  private static long spawn(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectInput(Redirect.from(new File("/dev/null")))
            .redirectError(Redirect.INHERIT)
            .start();
    String pid =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    try {
      return Long.parseLong(pid);
    } catch (NumberFormatException e) {
      throw new IOException(
          "'" + String.join(" ", command) + "' has started no process; is setsid installed?");
    }
  }
}
