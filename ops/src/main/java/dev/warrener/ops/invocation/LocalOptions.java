package dev.warrener.ops.invocation;

import dev.warrener.messaging.local.LocalSockets;
import dev.warrener.operator.connection.FleetConnection;
import dev.warrener.operator.connection.LocalFleetConnection;
import dev.warrener.ops.screen.Style.Tone;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of commands that can do without a broker. Written by picocli. */
public final class LocalOptions {
  @Option(
      names = "--local",
      order = 31,
      description =
          "Only the controllers of this host, by their control sockets: works without a broker. No"
              + " other host receives the order.")
  private boolean local;

  @Option(
      names = "--runtime-directory",
      paramLabel = "DIR",
      order = 32,
      description =
          "With --local: the controllers' runtime directory (default: WARRENER_RUNTIME_DIRECTORY,"
              + " else all that controllers of this host use by default; one that is set in a"
              + " controller's configuration must be named here).")
  private @Nullable Path runtimeDirectory;

  public boolean isLocal() {
    return local;
  }

  /**
   * Connects as the options say: to this host's controllers, or over the broker.
   *
   * @param orders the ids of orders whose reports are wanted
   */
  public FleetConnection open(Invocation invocation, String command, List<String> orders)
      throws InterruptedException {
    if (runtimeDirectory != null && !local) {
      throw CommandFailure.usage("--runtime-directory goes with --local");
    }
    return local ? openLocal(invocation) : invocation.connect(invocation.access(command), orders);
  }

  /** Connects to this host's controllers. */
  public LocalFleetConnection openLocal(Invocation invocation) throws InterruptedException {
    var directories =
        runtimeDirectory == null
            ? LocalSockets.runtimeDirectories(invocation.environment())
            : List.of(runtimeDirectory);
    var connection =
        LocalFleetConnection.open(
            directories,
            runtimeDirectory != null || LocalSockets.isChosen(invocation.environment()),
            invocation.namespace(),
            invocation.clock());
    for (var sentence : connection.notAsked()) {
      invocation.screen().insist(Tone.WARN, "Not asked: " + sentence);
    }
    return connection;
  }
}
