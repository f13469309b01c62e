package dev.warrener.ops;

import dev.warrener.ops.command.CommandWord;
import dev.warrener.ops.command.WarrenerCommand;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.screen.TerminalStreams;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** The {@code warrener} command. */
public final class Main {
  /**
   * The commands that run until they are stopped. They end through the shutdown hooks of the VM, so
   * that a recording, for example, is written.
   */
  private static final Set<String> STAYING = Set.of("controller", "demo", "broker");

  private Main() {}

  /** Runs one command and ends the process with its {@link ExitStatus}. */
  public static void main(String[] arguments) {
    // Otherwise picocli looks for Groovy's class Closure, and the VM opens every jar in search of
    // it.
    System.setProperty("picocli.disable.closures", "true");
    var out = utf8(FileDescriptor.out);
    var err = utf8(FileDescriptor.err);
    int status =
        WarrenerCommand.run(arguments, out, err, TerminalStreams.ofThisProcess(), System.getenv());
    out.flush();
    err.flush();
    var command = CommandWord.of(List.of(arguments));
    if (command != null && STAYING.contains(command)) {
      System.exit(status);
    }
    // Everything is printed and all connections are closed. An exit would look for a logger first.
    Runtime.getRuntime().halt(status);
  }

  /** Returns a stream that writes UTF-8 in any locale, line by line. */
  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(
        new BufferedOutputStream(new FileOutputStream(descriptor)), true, StandardCharsets.UTF_8);
  }
}
