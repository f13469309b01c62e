package dev.warrener.ops.command;

import dev.warrener.controller.Controller;
import dev.warrener.controller.EndOnError;
import dev.warrener.controller.StopSignals;
import dev.warrener.controller.configuration.ConfigurationReader;
import dev.warrener.messaging.local.LocalSockets;
import dev.warrener.ops.demo.ControllerProcess;
import dev.warrener.ops.invocation.Arguments;
import dev.warrener.ops.invocation.BrokerResolution;
import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.log.LogConfiguration;
import dev.warrener.ops.screen.Style.Tone;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Stack;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code warrener controller}. */
@Command(
    name = "controller",
    synopsisSubcommandLabel = "[list|show ID]",
    description = {
      "Run a controller: consume tasks, supervise the worker processes that run them, obey orders.",
      "Or, with one of the commands below, see those that run.",
      "",
      "Logs to stdout. SIGTERM drains and ends with 0; a second one requeues what runs and ends at"
          + " once."
    })
final class ControllerCommand extends FleetCommand {
  @Option(
      names = "--queue",
      paramLabel = "NAME[=WORKERS]",
      order = 1,
      description = "A queue to serve, with so many workers. Repeatable.")
  private List<String> queues = new ArrayList<>();

  @Option(
      names = "--workers",
      paramLabel = "N",
      order = 2,
      description = "Workers of each queue that doesn't say (default: one for each processor).")
  private @Nullable Integer workers;

  @Option(
      names = "--handlers",
      paramLabel = "JAR",
      split = ",",
      order = 3,
      description = "Jars with handlers, found as services (default: the built-in handlers).")
  private List<String> handlers = new ArrayList<>();

  @Option(
      names = "--exec",
      paramLabel = "CMD",
      order = 4,
      parameterConsumer = RestOfLine.class,
      description =
          "Instead of handlers: the rest of the line is a command that is run for each task.")
  private List<String> exec = new ArrayList<>();

  @Option(
      names = "--id",
      paramLabel = "ID",
      order = 5,
      description = "The controller's id (default: the host's name).")
  private @Nullable String id;

  @Option(
      names = "--containment",
      paramLabel = "TIER",
      order = 6,
      description =
          "How workers are held: subreaper, cgroup, pid-namespace, cgroup+pid-namespace (default:"
              + " auto, the best that works here).")
  private @Nullable String containment;

  @Option(
      names = "--worker-pids",
      paramLabel = "N",
      order = 7,
      description =
          "Processes and threads that a worker may have with all that it starts (default: 1024; 0:"
              + " any number).")
  private @Nullable Integer workerPids;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      order = 8,
      description = "A properties file with settings; what the command line says goes before it.")
  private @Nullable Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      order = 9,
      description = "Any setting of that file. Repeatable.")
  private List<String> settings = new ArrayList<>();

  @Spec private CommandSpec spec = CommandSpec.create();

  ControllerCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  public ExitStatus run() throws InterruptedException {
    EndOnError.install(ExitStatus.BUG.code());
    LogConfiguration.choose(LogConfiguration.Mode.CONTROLLER);
    var access = invocation().access("controller");
    var controller = Controller.start(ConfigurationReader.read(config, above()), access.address());
    StopSignals.listen(controller::stop);
    if (Boolean.getBoolean(ControllerProcess.ENDS_WITH_STDIN)) {
      endWithStdin(controller);
    }
    controller.awaitEnd();
    return ExitStatus.DONE;
  }

  /** Returns the settings that the command line gives. */
  private Map<String, String> above() {
    var above = settings();
    if (workers != null && workers < 1) {
      throw new CommandFailure(ExitStatus.USAGE, "--workers must be 1 or more, not " + workers);
    }
    var named = new HashSet<String>();
    for (var queue : queues) {
      int equals = queue.indexOf('=');
      String name = equals < 0 ? queue : queue.substring(0, equals);
      String number = equals < 0 ? null : queue.substring(equals + 1);
      if (number == null && workers != null) {
        number = workers.toString();
      }
      if (number != null && !number.chars().allMatch(Character::isDigit)) {
        throw new CommandFailure(
            ExitStatus.USAGE, "--queue " + queue + ": write NAME or NAME=WORKERS");
      }
      if (!named.add(name)) {
        throw new CommandFailure(
            ExitStatus.USAGE,
            "--queue " + name + " is given twice: say it once, with all its workers");
      }
      above.put(
          "queue." + Arguments.requireQueue(name) + ".workers",
          number == null ? Integer.toString(Runtime.getRuntime().availableProcessors()) : number);
    }
    if (!handlers.isEmpty()) {
      above.put("handlers", String.join(",", handlers));
    }
    if (!exec.isEmpty()) {
      noteSwallowedOptions();
      above.put("exec", String.join("\0", exec) + "\0");
    }
    if (id != null) {
      above.put("controller.id", id);
    }
    if (containment != null) {
      above.put("containment", containment);
    }
    if (workerPids != null) {
      above.put("worker.pids", workerPids.toString());
    }
    fromEnvironment(above, LocalSockets.RUNTIME_DIRECTORY, "runtime-directory");
    fromEnvironment(above, "WARRENER_STATE_DIRECTORY", "state-directory");
    String namespace = invocation().options().namespace;
    if (namespace != null || invocation().environment().containsKey(BrokerResolution.NAMESPACE)) {
      above.put("namespace", invocation().namespace().name());
    }
    return above;
  }

  /** Says which of this command's own options stand after --exec, where they are not its own. */
  private void noteSwallowedOptions() {
    var own = spec.optionsMap().keySet();
    var swallowed = exec.stream().filter(word -> own.contains(optionName(word))).toList();
    if (swallowed.isEmpty()) {
      return;
    }
    String sentence =
        "--exec takes the rest of the line, so "
            + String.join(" and ", swallowed)
            + " went to the command: put what is meant for the controller before --exec";
    if (queues.isEmpty()
        && swallowed.stream().anyMatch(word -> optionName(word).equals("--queue"))) {
      throw new CommandFailure(ExitStatus.USAGE, sentence);
    }
    invocation().screen().insist(Tone.BAD, "note: " + sentence);
  }

  private static String optionName(String word) {
    int equals = word.indexOf('=');
    return word.startsWith("--") ? (equals < 0 ? word : word.substring(0, equals)) : "";
  }

  private Map<String, String> settings() {
    var above = new LinkedHashMap<String, String>();
    for (var setting : settings) {
      int equals = setting.indexOf('=');
      if (equals < 1) {
        throw new CommandFailure(ExitStatus.USAGE, "--set " + setting + ": write KEY=VALUE");
      }
      above.put(setting.substring(0, equals), setting.substring(equals + 1));
    }
    return above;
  }

  private void fromEnvironment(Map<String, String> above, String variable, String key) {
    String value = invocation().environment().getOrDefault(variable, "");
    if (!value.isEmpty()) {
      above.putIfAbsent(key, value);
    }
  }

  private static void endWithStdin(Controller controller) {
    Thread.ofPlatform()
        .daemon()
        .name("stdin")
        .start(() -> {
          try {
            while (System.in.read() >= 0) {
              // Nothing is expected; only the end matters.
            }
          } catch (IOException e) {
            // It has ended, too.
          }
          controller.stop();
          controller.stop();
        });
  }

  /** Takes everything that follows, options or not. */
  static final class RestOfLine implements IParameterConsumer {
    @Override
    public void consumeParameters(Stack<String> rest, ArgSpec option, CommandSpec command) {
      List<String> words = option.getValue();
      if (rest.isEmpty()) {
        throw new picocli.CommandLine.MissingParameterException(
            command.commandLine(), option, "--exec needs a command after it");
      }
      while (!rest.isEmpty()) {
        words.add(rest.pop());
      }
    }
  }
}
