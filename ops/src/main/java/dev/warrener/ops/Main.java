package dev.warrener.ops;

import dev.warrener.ops.command.WarrenerCommand;
import dev.warrener.ops.screen.Descriptors;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The {@code warrener} command. */
public final class Main {
  private Main() {}

  /** Runs one command and ends the process with its {@link ExitStatus}. */
  public static void main(String[] arguments) {
    var out = utf8(FileDescriptor.out);
    var err = utf8(FileDescriptor.err);
    int status =
        WarrenerCommand.run(arguments, out, err, Descriptors.ofThisProcess(), System.getenv());
    out.flush();
    err.flush();
    System.exit(status);
  }

  /** UTF-8 whatever the locale says, a write for each line. */
  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(
        new BufferedOutputStream(new FileOutputStream(descriptor)), true, StandardCharsets.UTF_8);
  }
}
