package dev.warrener.ops.command;

import dev.warrener.ops.ExitStatus;
import dev.warrener.ops.screen.Descriptors;
import dev.warrener.ops.screen.Style;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code warrener} command with all commands under it. */
@Command(
    name = "warrener",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = WarrenerCommand.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    usageHelpAutoWidth = true,
    abbreviateSynopsis = true,
    sortOptions = true)
public final class WarrenerCommand {
  @Mixin private final GlobalOptions options = new GlobalOptions();

  private WarrenerCommand() {}

  /**
   * Runs one command.
   *
   * @return the number to end the process with, one of {@link ExitStatus}
   */
  public static int run(
      String[] arguments,
      PrintStream out,
      PrintStream err,
      Descriptors descriptors,
      Map<String, String> environment) {
    var root = new WarrenerCommand();
    var invocation = new Invocation(root.options, out, err, descriptors, environment);
    var line = commandLine(root, invocation);
    line.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
    line.setColorScheme(
        CommandLine.Help.defaultColorScheme(invocation.outStyle().colour() ? Ansi.ON : Ansi.OFF));
    line.setParameterExceptionHandler(
        (failure, args) -> usage(failure, err, invocation.errStyle()));
    line.setExecutionExceptionHandler((failure, command, parsed) ->
        Failures.report(failure, err, invocation.errStyle(), root.options.verbose));
    return line.execute(arguments);
  }

  /** The tree of commands, for running and for documents. */
  static CommandLine commandLine(WarrenerCommand root, Invocation invocation) {
    var line = new CommandLine(root);
    line.addSubcommand(new KillCommand(invocation));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpLongOptionsMaxWidth(30);
    line.setAbbreviatedOptionsAllowed(false);
    describe(line);
    return line;
  }

  /** The tree of commands without a call, for tests and documents. */
  static CommandLine forDocuments() {
    var root = new WarrenerCommand();
    return commandLine(
        root, new Invocation(root.options, System.out, System.err, Descriptors.NONE, Map.of()));
  }

  /** Every command lists the exit statuses. */
  private static void describe(CommandLine line) {
    CommandSpec spec = line.getCommandSpec();
    spec.exitCodeOnInvalidInput(ExitStatus.USAGE.code());
    spec.exitCodeOnExecutionException(ExitStatus.BUG.code());
    var usage = spec.usageMessage();
    usage.synopsisHeading("usage: ");
    usage.descriptionHeading("%n");
    usage.parameterListHeading("%n");
    usage.optionListHeading("%noptions:%n");
    usage.commandListHeading("%ncommands:%n");
    usage.exitCodeListHeading("%nexit status:%n");
    usage.exitCodeList(ExitStatus.byCode());
    line.getSubcommands().values().forEach(WarrenerCommand::describe);
  }

  private static int usage(ParameterException failure, PrintStream err, Style style) {
    var line = failure.getCommandLine();
    String sentence = String.valueOf(failure.getMessage());
    if (failure instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      sentence = unmatched(unmatched);
    }
    err.println(Failures.error(style, sentence));
    err.println("Try '" + line.getCommandSpec().qualifiedName() + " --help'.");
    err.flush();
    return ExitStatus.USAGE.code();
  }

  private static String unmatched(UnmatchedArgumentException failure) {
    var line = failure.getCommandLine();
    String word = failure.getUnmatched().getFirst();
    String name = line.getCommandSpec().qualifiedName();
    if (word.startsWith("-")) {
      String option = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
      return name
          + " has no option "
          + option
          + Failures.didYouMean(option, line.getCommandSpec().optionsMap().keySet());
    }
    return line.getSubcommands().isEmpty()
        ? name + " takes no \"" + word + "\""
        : name
            + " has no command \""
            + word
            + "\""
            + Failures.didYouMean(word, line.getSubcommands().keySet());
  }

  /** {@code warrener 0.1.0}. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"warrener " + software()};
    }

    /** The release, as in presence. */
    static String software() {
      String version = WarrenerCommand.class.getPackage().getImplementationVersion();
      return version == null ? "(built from source)" : version;
    }
  }
}
