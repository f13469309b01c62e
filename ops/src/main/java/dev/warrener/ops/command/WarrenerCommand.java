package dev.warrener.ops.command;

import static dev.warrener.ops.command.CommandGroups.group;

import dev.warrener.messaging.text.Suggestions;
import dev.warrener.ops.dead.DeadListCommand;
import dev.warrener.ops.dead.DeadPurgeCommand;
import dev.warrener.ops.dead.DeadRequeueCommand;
import dev.warrener.ops.dead.DeadShowCommand;
import dev.warrener.ops.demo.DemoCommand;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.Failures;
import dev.warrener.ops.invocation.GlobalOptions;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.log.LogConfiguration;
import dev.warrener.ops.order.DrainCommand;
import dev.warrener.ops.order.HoldCommand;
import dev.warrener.ops.order.KillCommand;
import dev.warrener.ops.order.KillsListCommand;
import dev.warrener.ops.order.KillsShowCommand;
import dev.warrener.ops.order.KillsWatchCommand;
import dev.warrener.ops.order.QueuePurgeCommand;
import dev.warrener.ops.order.ResumeCommand;
import dev.warrener.ops.publish.PublishCommand;
import dev.warrener.ops.screen.Lines;
import dev.warrener.ops.screen.OutputFormat;
import dev.warrener.ops.screen.Style;
import dev.warrener.ops.screen.TerminalStreams;
import dev.warrener.ops.view.BatchListCommand;
import dev.warrener.ops.view.BatchShowCommand;
import dev.warrener.ops.view.ControllerListCommand;
import dev.warrener.ops.view.ControllerShowCommand;
import dev.warrener.ops.view.PsCommand;
import dev.warrener.ops.view.QueueListCommand;
import dev.warrener.ops.view.QueueShowCommand;
import dev.warrener.ops.view.StatusCommand;
import dev.warrener.ops.view.TaskListCommand;
import dev.warrener.ops.view.TaskShowCommand;
import dev.warrener.ops.view.TopCommand;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code warrener} command with all commands under it. */
@Command(
    name = "warrener",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = WarrenerCommand.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    description =
        "Publish tasks, watch the workers that run them, stop them, and know that they are dead.",
    usageHelpAutoWidth = true,
    abbreviateSynopsis = true,
    sortOptions = false)
public final class WarrenerCommand {
  /**
   * The beginning of picocli's message when a converter refuses. Only the option's name and the
   * sentence are shown.
   */
  private static final Pattern INVALID_OPTION =
      Pattern.compile("^Invalid value for option '([^']+)'[^:]*: ");

  /** A signal, as kill(1) takes it. */
  private static final Pattern SIGNAL =
      Pattern.compile("-(?:[0-9]{1,2}|(?:SIG)?(?:KILL|TERM|INT|HUP|STOP))");

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
      TerminalStreams streams,
      Map<String, String> environment) {
    var word = CommandWord.of(List.of(arguments));
    WarmUp.startFor(word, List.of(arguments));
    var root = new WarrenerCommand();
    var invocation = new Invocation(root.options, out, err, streams, environment);
    var line = commandLine(root, invocation, word);
    line.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
    line.setColorScheme(
        CommandLine.Help.defaultColorScheme(invocation.outStyle().colour() ? Ansi.ON : Ansi.OFF));
    line.setParameterExceptionHandler(
        (failure, args) -> usage(failure, err, invocation.errStyle()));
    line.setExecutionExceptionHandler((failure, command, parsed) ->
        report(failure, command, err, invocation.errStyle(), root.options.verbose));
    line.setExecutionStrategy(parsed -> {
      LogConfiguration.choose(
          root.options.verbose ? LogConfiguration.Mode.VERBOSE : LogConfiguration.Mode.OFF);
      return new CommandLine.RunLast().execute(parsed);
    });
    return line.execute(arguments);
  }

  /**
   * Returns the commands by name, in the order of the help. Each is created only when it is needed,
   * because creating all of them takes longer than running one.
   */
  private static Map<String, Supplier<Object>> commands(Invocation invocation) {
    var all = new LinkedHashMap<String, Supplier<Object>>();
    all.put("demo", () -> new DemoCommand(invocation));
    all.put("broker", () -> new BrokerCommand(invocation));
    all.put("publish", () -> new PublishCommand(invocation));
    all.put("kill", () -> new KillCommand(invocation));
    all.put("hold", () -> new HoldCommand(invocation));
    all.put("resume", () -> new ResumeCommand(invocation));
    all.put("drain", () -> new DrainCommand(invocation));
    all.put("status", () -> new StatusCommand(invocation));
    all.put("ps", () -> new PsCommand(invocation));
    all.put("top", () -> new TopCommand(invocation));
    all.put(
        "task",
        () ->
            group(
                new CommandGroups.TaskGroup(),
                new TaskListCommand(invocation),
                new TaskShowCommand(invocation)));
    all.put(
        "batch",
        () ->
            group(
                new CommandGroups.BatchGroup(),
                new BatchListCommand(invocation),
                new BatchShowCommand(invocation)));
    all.put(
        "queue",
        () ->
            group(
                new CommandGroups.QueueGroup(),
                new QueueListCommand(invocation),
                new QueueShowCommand(invocation),
                new QueueCreateCommand(invocation),
                new QueuePurgeCommand(invocation)));
    all.put(
        "dead",
        () ->
            group(
                new CommandGroups.DeadGroup(),
                new DeadListCommand(invocation),
                new DeadShowCommand(invocation),
                new DeadRequeueCommand(invocation),
                new DeadPurgeCommand(invocation)));
    all.put(
        "kills",
        () ->
            group(
                new CommandGroups.KillsGroup(),
                new KillsListCommand(invocation),
                new KillsShowCommand(invocation),
                new KillsWatchCommand(invocation)));
    all.put(
        "audit", () -> group(new CommandGroups.AuditGroup(), new AuditVerifyCommand(invocation)));
    all.put("doctor", () -> new DoctorCommand(invocation));
    all.put(
        "controller",
        () ->
            group(
                new ControllerCommand(invocation),
                new ControllerListCommand(invocation),
                new ControllerShowCommand(invocation)));
    return all;
  }

  /** Returns the tree of commands, or only the part that a call of that command needs. */
  private static CommandLine commandLine(
      WarrenerCommand root, Invocation invocation, @Nullable String word) {
    var line = new CommandLine(root);
    var all = commands(invocation);
    var only = all.get(word);
    if (only != null) {
      line.addSubcommand(only.get());
    } else {
      all.values().forEach(command -> line.addSubcommand(command.get()));
    }
    line.registerConverter(OutputFormat.class, WarrenerCommand::outputFormat);
    line.setUsageHelpLongOptionsMaxWidth(30);
    line.setAbbreviatedOptionsAllowed(false);
    // An argument that begins with @ is ours: publish --data @FILE.
    line.setExpandAtFiles(false);
    describe(line);
    return line;
  }

  private static OutputFormat outputFormat(String name) {
    return Arrays.stream(OutputFormat.values())
        .filter(format -> format.toString().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() ->
            new TypeConversionException(
                "there is no format \"" + name + "\": use table, json, jsonl or name"));
  }

  /** The tree of commands without a call, for tests and documents. */
  static CommandLine forDocuments() {
    var root = new WarrenerCommand();
    return commandLine(
        root,
        new Invocation(root.options, System.out, System.err, TerminalStreams.NONE, Map.of()),
        null);
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

  private static int report(
      Throwable failure, CommandLine command, PrintStream err, Style style, boolean verbose) {
    int status = Failures.report(failure, err, style, verbose);
    if (status == ExitStatus.USAGE.code()) {
      hint(command, err);
    }
    return status;
  }

  private static void hint(CommandLine command, PrintStream err) {
    Lines.write(err, "Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    err.flush();
  }

  private static int usage(ParameterException failure, PrintStream err, Style style) {
    var line = failure.getCommandLine();
    String sentence = plain(String.valueOf(failure.getMessage()), line);
    if (failure instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      sentence = unmatched(unmatched);
    }
    Lines.write(err, Failures.error(style, sentence));
    hint(line, err);
    return ExitStatus.USAGE.code();
  }

  private static String plain(String message, CommandLine line) {
    String name = line.getCommandSpec().qualifiedName();
    if (failureIsMissingCommand(message)) {
      return name + " needs a command: " + String.join(", ", line.getSubcommands().keySet());
    }
    String shorter =
        INVALID_OPTION
            .matcher(message)
            .replaceFirst(match -> Matcher.quoteReplacement(match.group(1) + ": "));
    return shorter.substring(0, 1).toLowerCase(Locale.ROOT) + shorter.substring(1);
  }

  private static boolean failureIsMissingCommand(String message) {
    return message.startsWith("Missing required subcommand");
  }

  private static String unmatched(UnmatchedArgumentException failure) {
    var line = failure.getCommandLine();
    String word = failure.getUnmatched().getFirst();
    String name = line.getCommandSpec().qualifiedName();
    if (SIGNAL.matcher(word).matches()) {
      return name
          + " has no option "
          + word
          + (line.getCommandSpec().findOption("--grace") == null
              ? ""
              : ": it kills with SIGKILL at once; --grace TIME asks with SIGTERM first");
    }
    if (word.startsWith("-")) {
      String option = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
      return name
          + " has no option "
          + option
          + Suggestions.didYouMean(
              option,
              // One letter is as near to every other one.
              line.getCommandSpec().optionsMap().keySet().stream()
                  .filter(known -> known.length() > 2)
                  .toList());
    }
    return line.getSubcommands().isEmpty()
        ? name + " takes no \"" + word + "\"" + scopeHint(line, word)
        : name
            + " has no command \""
            + word
            + "\""
            + Suggestions.didYouMean(word, line.getSubcommands().keySet());
  }

  /** Returns the options with which a word may have been meant, for a command that has scopes. */
  private static String scopeHint(CommandLine line, String word) {
    if (line.getCommandSpec().findOption("--batch") == null
        || line.getCommandSpec().findOption("--worker") == null) {
      return "";
    }
    return word.contains("/")
        ? ": did you mean --worker " + word + "?"
        : ": name what it is, as in --task "
            + word
            + ", --batch, --queue, --controller or --worker";
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
