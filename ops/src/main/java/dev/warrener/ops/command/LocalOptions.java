package dev.warrener.ops.command;

import dev.warrener.controller.local.LocalSockets;
import dev.warrener.ops.CommandFailure;
import dev.warrener.ops.ExitStatus;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of commands that can do without a broker. Written by picocli. */
final class LocalOptions {
  @Option(
      names = "--local",
      order = 31,
      description =
          "Only the controllers of this host, by their control sockets: works without a broker. No"
              + " other host hears of it.")
  private boolean local;

  @Option(
      names = "--runtime-directory",
      paramLabel = "DIR",
      order = 32,
      description =
          "With --local: the controllers' runtime directory (default: WARRENER_RUNTIME_DIRECTORY,"
              + " else all that controllers of this host use).")
  private @Nullable Path runtimeDirectory;

  boolean isLocal() {
    return local;
  }

  /**
   * The line that was asked for: to this host's controllers, or over the broker.
   *
   * @param orders the ids of orders whose reports are wanted
   */
  FleetLine open(Invocation invocation, String command, List<String> orders)
      throws InterruptedException {
    if (runtimeDirectory != null && !local) {
      throw new CommandFailure(ExitStatus.USAGE, "--runtime-directory goes with --local");
    }
    return local
        ? openLocal(invocation)
        : BrokerLine.open(invocation.access(command), orders, true, invocation.clock());
  }

  /** The view that was asked for: of this host's controllers, or over the broker. */
  FleetView view(Invocation invocation, String command) throws InterruptedException {
    return local
        ? FleetView.open(invocation, openLocal(invocation))
        : FleetView.open(invocation, command);
  }

  LocalLine openLocal(Invocation invocation) throws InterruptedException {
    var directories =
        runtimeDirectory == null
            ? LocalSockets.runtimeDirectories(invocation.environment())
            : List.of(runtimeDirectory);
    return LocalLine.open(
        directories, invocation.namespace(), invocation.clock(), invocation.screen());
  }
}
