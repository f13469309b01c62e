package dev.warrener.ops.screen;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which of the standard streams are terminals. {@code System.console()} can't tell: it is null as
 * soon as stdin or stdout is redirected and knows nothing of stderr.
 *
 * @param in whether stdin is a terminal
 * @param out whether stdout is a terminal
 * @param err whether stderr is a terminal
 */
public record TerminalStreams(boolean in, boolean out, boolean err) {
  private static final Path OURS = Path.of("/proc/self/fd");

  /** No descriptor is a terminal. */
  public static final TerminalStreams NONE = new TerminalStreams(false, false, false);

  /** Returns the state of this process's streams. */
  public static TerminalStreams ofThisProcess() {
    if (Files.isDirectory(OURS)) {
      return new TerminalStreams(isTerminal(0), isTerminal(1), isTerminal(2));
    }
    // No /proc (macOS): the console is all there is to ask, and it answers for stdin and stdout.
    boolean terminal = Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    return new TerminalStreams(terminal, terminal, terminal);
  }

  private static boolean isTerminal(int descriptor) {
    try {
      return namesTerminal(
          Files.readSymbolicLink(OURS.resolve(Integer.toString(descriptor))).toString());
    } catch (IOException e) {
      return false;
    }
  }

  static boolean namesTerminal(String target) {
    return target.startsWith("/dev/pts/")
        || target.startsWith("/dev/tty")
        || target.equals("/dev/console");
  }
}
