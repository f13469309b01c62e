package dev.warrener.controller.process;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.process.linux.ProcFile;
import dev.warrener.controller.process.linux.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The environment variable that says to which worker a process belongs. All processes that the
 * worker starts inherit it, unless they clear their environment. It can be read from processes of
 * the same user only.
 *
 * @param run the run of a controller
 * @param worker the worker
 */
record Cookie(ControllerRun run, WorkerKey worker) {
  static final String VARIABLE = "WARRENER_COOKIE";

  private static final Pattern VALUE = Pattern.compile("(.+)/(\\d+)\\.(\\d+)");

  /**
   * Returns the cookie of a process, or null if it carries none, is gone, or is another user's.
   *
   * @throws UnreadableException if it can't be read for another reason
   */
  static @Nullable Cookie read(long pid) {
    byte[] environment;
    try {
      environment = ProcFile.read("/proc/" + pid + "/environ");
    } catch (UnreadableException e) {
      if (e.isRefused()) {
        return null;
      }
      throw e;
    }
    if (environment == null) {
      return null;
    }
    for (String variable : new String(environment, StandardCharsets.UTF_8).split("\0", -1)) {
      if (variable.startsWith(VARIABLE + "=")) {
        return parse(variable.substring(VARIABLE.length() + 1));
      }
    }
    return null;
  }

  /** Reads a cookie from the text of {@link #toString}; returns null if the text is none. */
  static @Nullable Cookie parse(String value) {
    Matcher matcher = VALUE.matcher(value);
    if (!matcher.matches()) {
      return null;
    }
    ControllerRun run = ControllerRun.parse(matcher.group(1));
    if (run == null) {
      return null;
    }
    try {
      return new Cookie(
          run, new WorkerKey(Integer.parseInt(matcher.group(2)), Long.parseLong(matcher.group(3))));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** The value of the variable. */
  @Override
  public String toString() {
    return run + "/" + worker;
  }
}
