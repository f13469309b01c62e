package dev.warrener.ops.invocation;

import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.time.SteadyClock;
import dev.warrener.operator.connection.BrokerFleetConnection;
import dev.warrener.operator.rollcall.UnknownTargetException;
import dev.warrener.ops.screen.OutputFormat;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style;
import dev.warrener.ops.screen.Terminal;
import dev.warrener.ops.screen.TerminalStreams;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call of the command: its streams, its environment, and, once the arguments are read, its
 * global options. Not thread-safe.
 */
public final class Invocation {
  private final GlobalOptions options;
  private final PrintStream out;
  private final PrintStream err;
  private final TerminalStreams streams;
  private final Map<String, String> environment;
  private final InstantSource clock = SteadyClock.startingNow();
  private @Nullable Screen screen;

  public Invocation(
      GlobalOptions options,
      PrintStream out,
      PrintStream err,
      TerminalStreams streams,
      Map<String, String> environment) {
    this.options = options;
    this.out = out;
    this.err = err;
    this.streams = streams;
    this.environment = environment;
  }

  public GlobalOptions options() {
    return options;
  }

  public Map<String, String> environment() {
    return environment;
  }

  public PrintStream out() {
    return out;
  }

  public PrintStream err() {
    return err;
  }

  /** Returns the screen that the command writes to. Call this after the arguments are read. */
  public Screen screen() {
    if (screen == null) {
      screen =
          new Screen(
              out,
              err,
              outStyle(),
              errStyle(),
              streams.out() && !isDumb(),
              streams.err() && !isDumb(),
              options.quiet,
              options.output,
              options.verbose);
    }
    return screen;
  }

  /** Returns a screen that writes everything to stdout, for a command whose result is a story. */
  public Screen storyScreen() {
    boolean canRedraw = streams.out() && !isDumb();
    return new Screen(
        out, out, outStyle(), outStyle(), canRedraw, canRedraw, false, OutputFormat.TABLE);
  }

  private boolean isDumb() {
    return "dumb".equals(environment.get("TERM"));
  }

  public Style outStyle() {
    return Style.decide(streams.out(), options.noColor, environment);
  }

  public Style errStyle() {
    return Style.decide(streams.err(), options.noColor, environment);
  }

  /** Returns what a command that gives an order and watches it works with. */
  public CommandContext context() {
    return new CommandContext(
        screen(), Terminal.open(streams), clock(), sentence -> new Interruption(err, sentence));
  }

  /** The clock of the command: it begins with the system's time, and does not jump. */
  public InstantSource clock() {
    return clock;
  }

  /** The fleet's namespace. */
  public Namespace namespace() {
    return BrokerResolution.namespace(options, environment);
  }

  /**
   * Returns the way to the broker.
   *
   * @param command the command that connects, for the connections' names at the broker
   */
  public BrokerAccess access(String command) {
    return BrokerResolution.decide(options, environment, "warrener " + command);
  }

  /**
   * Connects to a fleet over its broker.
   *
   * @param orders the ids of orders whose reports are wanted
   */
  public BrokerFleetConnection connect(BrokerAccess access, List<String> orders) {
    try {
      return BrokerFleetConnection.open(access, orders, clock());
    } catch (UnknownTargetException e) {
      throw new CommandFailure(
          ExitStatus.UNKNOWN_TARGET,
          e.getMessage() + ": start a controller there, or name another fleet with --namespace",
          e);
    }
  }

  /** Returns the name of the person, for the record. It proves nothing: the broker's user does. */
  public String person() {
    return System.getProperty("user.name", "");
  }
}
