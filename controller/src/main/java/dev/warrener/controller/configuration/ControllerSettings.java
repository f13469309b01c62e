package dev.warrener.controller.configuration;

import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.controller.fleet.state.TaskEvents;
import dev.warrener.controller.fleet.state.WithoutBroker;
import dev.warrener.controller.process.ContainmentChoice;
import dev.warrener.messaging.Namespace;
import dev.warrener.worker.builtin.BuiltInChoice;
import dev.warrener.worker.process.LaunchFlags;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The table of all settings: each key stands here, and in docs/configuration.md, which a test
 * compares. What a setting means is said at the method of {@link ControllerConfiguration} that
 * returns its value.
 */
final class ControllerSettings {
  static final Setting<String> ID = Setting.text("controller.id", Host.name());
  static final Setting<Namespace> NAMESPACE =
      Setting.of("namespace", Namespace.DEFAULT, Namespace::new, Namespace::name);
  static final Setting<HandlerJars> HANDLERS =
      Setting.of("handlers", HandlerJars.NONE, HandlerJars::of, HandlerJars::text);
  static final Setting<List<String>> EXEC = Setting.command("exec");
  static final Setting<List<String>> WORKER_COMMAND = Setting.command("worker.command");
  static final Setting<List<String>> JAVA_OPTIONS =
      Setting.words("worker.java-options", Secrets::hidden);
  static final Setting<LaunchFlags.Compiler> WORKER_COMPILER =
      Setting.oneOf(
          "worker.compiler",
          LaunchFlags.Compiler.BOTH,
          LaunchFlags.Compiler.values(),
          LaunchFlags.Compiler::text);
  static final Setting<BuiltInChoice> BUILT_IN_HANDLERS =
      Setting.of(
          "built-in-handlers",
          BuiltInChoice.BASIC,
          ControllerSettings::builtInChoice,
          BuiltInChoice::text);
  static final Setting<Integer> WORKER_PIDS = Setting.number("worker.pids", 1024, 0, 1_000_000);
  static final Setting<Integer> WORKER_NICE = Setting.number("worker.nice", 10, 0, 19);
  static final Setting<List<String>> OPERATORS = Setting.names("operators");
  static final Setting<Duration> CLOCK_TOLERANCE =
      Setting.duration("clock-tolerance", Settings.CLOCK_TOLERANCE);
  static final Setting<ContainmentChoice> CONTAINMENT =
      Setting.of(
          "containment", ContainmentChoice.AUTO, ContainmentChoice::of, ContainmentChoice::text);
  static final Setting<Boolean> INSPECTABLE = Setting.yesOrNo("inspectable", false);
  static final Setting<Duration> LEASE = Setting.duration("lease", Duration.ofSeconds(15));
  static final Setting<WithoutBroker> WITHOUT_BROKER =
      Setting.oneOf(
          "without-broker", WithoutBroker.LEASE, WithoutBroker.values(), WithoutBroker::text);
  static final Setting<TaskEvents> TASK_EVENTS =
      Setting.oneOf("task-events", TaskEvents.UNSUCCESSFUL, TaskEvents.values(), TaskEvents::text);
  static final Setting<Duration> START_DEADLINE =
      Setting.duration("start-deadline", Duration.ofSeconds(30));
  static final Setting<Duration> DRAIN_DEADLINE =
      Setting.duration("drain-deadline", Duration.ofSeconds(60));
  static final Setting<Duration> BROKER_PATIENCE =
      Setting.duration("broker-patience", Duration.ofSeconds(30));
  static final Setting<Duration> RESTART_FIRST_DELAY =
      Setting.duration("restart.first-delay", Settings.Restarts.DEFAULT.first());
  static final Setting<Duration> RESTART_LONGEST_DELAY =
      Setting.duration("restart.longest-delay", Settings.Restarts.DEFAULT.most());
  static final Setting<Integer> RESTART_INTENSITY =
      Setting.number("restart.intensity", Settings.Restarts.DEFAULT.intensity(), 1, 1000);
  static final Setting<Duration> RESTART_WINDOW =
      Setting.duration("restart.window", Settings.Restarts.DEFAULT.window());
  static final Setting<Duration> RESTART_COOL_DOWN =
      Setting.duration("restart.cool-down", Settings.Restarts.DEFAULT.coolDown());
  static final Setting<Duration> DUPLICATE_WINDOW =
      Setting.duration("duplicate-window", Duration.ofMinutes(10));
  static final Setting<Integer> POISON_AFTER = Setting.number("poison-after", 3, 1, 1000);
  static final Setting<Optional<Path>> RUNTIME_DIRECTORY = Setting.path("runtime-directory");
  static final Setting<Optional<Path>> STATE_DIRECTORY = Setting.path("state-directory");

  /** The settings of a controller. */
  static final List<Setting<?>> ALL =
      List.of(
          ID,
          NAMESPACE,
          HANDLERS,
          EXEC,
          WORKER_COMMAND,
          JAVA_OPTIONS,
          WORKER_COMPILER,
          BUILT_IN_HANDLERS,
          WORKER_PIDS,
          WORKER_NICE,
          OPERATORS,
          CLOCK_TOLERANCE,
          CONTAINMENT,
          INSPECTABLE,
          LEASE,
          WITHOUT_BROKER,
          TASK_EVENTS,
          START_DEADLINE,
          DRAIN_DEADLINE,
          BROKER_PATIENCE,
          RESTART_FIRST_DELAY,
          RESTART_LONGEST_DELAY,
          RESTART_INTENSITY,
          RESTART_WINDOW,
          RESTART_COOL_DOWN,
          DUPLICATE_WINDOW,
          POISON_AFTER,
          RUNTIME_DIRECTORY,
          STATE_DIRECTORY);

  private static final Setting<Integer> WORKERS =
      Setting.number("workers", Runtime.getRuntime().availableProcessors(), 1, 10_000);
  private static final Setting<Integer> SPARES = Setting.number("spares", 0, 0, 10_000);

  /** By default as many as workers. */
  private static final Setting<Integer> LOOK_AHEAD = Setting.number("look-ahead", 0, 0, 50_000);

  private static final Setting<Integer> AHEAD =
      Setting.number("ahead", Settings.Ahead.DEFAULT.most(), 0, 1000);
  private static final Setting<Integer> MAX_ATTEMPTS =
      Setting.number("max-attempts", 3, 1, 1_000_000);
  private static final Setting<Duration> TIMEOUT = Setting.duration("timeout", Duration.ZERO);

  /** The settings of each queue, after {@code queue.NAME.}. */
  static final List<Setting<?>> OF_EACH_QUEUE =
      List.of(WORKERS, SPARES, LOOK_AHEAD, AHEAD, MAX_ATTEMPTS, TIMEOUT);

  private ControllerSettings() {}

  /** Of the values before there was a choice, {@code false} still means that there are none. */
  private static BuiltInChoice builtInChoice(String text) {
    return text.equals("false")
        ? BuiltInChoice.NONE
        : Setting.choice(text, BuiltInChoice.values(), BuiltInChoice::text);
  }

  /** Reads the settings of a queue. */
  static Settings.QueueSettings queue(String name, String prefix, Map<String, String> values) {
    int workers = WORKERS.below(prefix).in(values);
    var lookAhead = LOOK_AHEAD.orElse(workers).below(prefix);
    return new Settings.QueueSettings(
        name,
        workers,
        lookAhead.in(values),
        MAX_ATTEMPTS.below(prefix).in(values),
        TIMEOUT.below(prefix).in(values),
        new Settings.Ahead(AHEAD.below(prefix).in(values), Settings.Ahead.DEFAULT.within()),
        SPARES.below(prefix).in(values),
        values.containsKey(lookAhead.key()) ? Duration.ZERO : Settings.QueueSettings.SHORT_RUN);
  }

  /** Adds the settings of a queue, with the values in force. */
  static void describe(Settings.QueueSettings queue, String prefix, Map<String, String> all) {
    all.put(prefix + WORKERS.key(), WORKERS.show(queue.workers()));
    all.put(prefix + SPARES.key(), SPARES.show(queue.spares()));
    all.put(
        prefix + LOOK_AHEAD.key(),
        (queue.adapts() ? "up to " : "") + LOOK_AHEAD.show(queue.lookAhead()));
    all.put(prefix + AHEAD.key(), AHEAD.show(queue.ahead().most()));
    all.put(prefix + MAX_ATTEMPTS.key(), MAX_ATTEMPTS.show(queue.maxAttempts()));
    all.put(prefix + TIMEOUT.key(), TIMEOUT.show(queue.timeout()));
  }
}
