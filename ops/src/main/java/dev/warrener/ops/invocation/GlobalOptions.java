package dev.warrener.ops.invocation;

import dev.warrener.ops.screen.OutputFormat;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options that every command has. Written by picocli, read after parsing. */
public final class GlobalOptions {
  @Option(
      names = "--broker",
      paramLabel = "URI",
      scope = ScopeType.INHERIT,
      order = 1000,
      description =
          "The broker: amqp[s]://HOST[:PORT]/VHOST (default: WARRENER_BROKER, else amqp://localhost)."
              + " A URI with a password is accepted from the environment only.")
  public @Nullable String broker;

  @Option(
      names = "--user",
      paramLabel = "NAME",
      scope = ScopeType.INHERIT,
      order = 1001,
      description = "The user at the broker (default: WARRENER_USER, else the URI's, else guest).")
  @Nullable String user;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      order = 1002,
      description = "A file whose first line is the password (default: WARRENER_PASSWORD_FILE).")
  @Nullable String passwordFile;

  @Option(
      names = "--namespace",
      paramLabel = "NAME",
      scope = ScopeType.INHERIT,
      order = 1003,
      description = "Which fleet of the vhost (default: WARRENER_NAMESPACE, else warrener).")
  public @Nullable String namespace;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      scope = ScopeType.INHERIT,
      order = 1004,
      defaultValue = "table",
      description = "How results are written: table, json, jsonl or name (default: table).")
  OutputFormat output = OutputFormat.TABLE;

  @Option(
      names = "--no-color",
      scope = ScopeType.INHERIT,
      order = 1005,
      description = 
          "No colour, as with NO_COLOR or TERM=dumb. CLICOLOR_FORCE=1 forces colour.")
  boolean noColor;

  @Option(
      names = {"-q", "--quiet"},
      scope = ScopeType.INHERIT,
      order = 1006,
      description = "Say less on stderr.")
  boolean quiet;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      order = 1007,
      description = "Say more on stderr: the log, and the trace of an error.")
  public boolean verbose;
}
