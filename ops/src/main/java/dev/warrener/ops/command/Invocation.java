package dev.warrener.ops.command;

import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.ops.screen.Asker;
import dev.warrener.ops.screen.Descriptors;
import dev.warrener.ops.screen.OutputFormat;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style;
import dev.warrener.ops.screen.Terminal;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One call of the command: its streams, its environment, and, once the arguments are read, its
 * global options. Not thread-safe.
 */
final class Invocation {
  private final GlobalOptions options;
  private final PrintStream out;
  private final PrintStream err;
  private final Descriptors descriptors;
  private final Map<String, String> environment;
  private @Nullable Screen screen;

  Invocation(
      GlobalOptions options,
      PrintStream out,
      PrintStream err,
      Descriptors descriptors,
      Map<String, String> environment) {
    this.options = options;
    this.out = out;
    this.err = err;
    this.descriptors = descriptors;
    this.environment = environment;
  }

  GlobalOptions options() {
    return options;
  }

  Map<String, String> environment() {
    return environment;
  }

  PrintStream out() {
    return out;
  }

  PrintStream err() {
    return err;
  }

  /** Where the command writes; call it after the arguments are read. */
  Screen screen() {
    if (screen == null) {
      screen =
          new Screen(
              out,
              err,
              outStyle(),
              errStyle(),
              descriptors.out() && !isDumb(),
              descriptors.err() && !isDumb(),
              options.quiet,
              options.output);
    }
    return screen;
  }

  /** A screen that has all on stdout, talk too: for a command whose result is a story. */
  Screen storyScreen() {
    boolean canRedraw = descriptors.out() && !isDumb();
    return new Screen(
        out, out, outStyle(), outStyle(), canRedraw, canRedraw, false, OutputFormat.TABLE);
  }

  private boolean isDumb() {
    return "dumb".equals(environment.get("TERM"));
  }

  Style outStyle() {
    return Style.decide(descriptors.out(), options.noColor, environment);
  }

  Style errStyle() {
    return Style.decide(descriptors.err(), options.noColor, environment);
  }

  /** The person at the terminal, if there is one. */
  Optional<Asker> asker() {
    return Terminal.open(descriptors);
  }

  /** What a command that watches an order works at. */
  Desk desk() {
    return new Desk(screen(), asker(), clock(), sentence -> new Interruption(err, sentence));
  }

  /** The system's clock. */
  InstantSource clock() {
    return InstantSource.system();
  }

  /** The fleet's namespace. */
  Namespace namespace() {
    return BrokerChoice.namespace(options, environment);
  }

  /**
   * The way to the broker.
   *
   * @param command that wants it, for the connections' names at the broker
   */
  BrokerAccess access(String command) {
    return BrokerChoice.decide(options, environment, "warrener " + command);
  }

  /** Who types, for the record; the broker's user is what counts. */
  String person() {
    return System.getProperty("user.name", "");
  }
}
