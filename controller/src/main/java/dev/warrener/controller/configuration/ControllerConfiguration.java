package dev.warrener.controller.configuration;

import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.controller.fleet.state.TaskEvents;
import dev.warrener.controller.fleet.state.WithoutBroker;
import dev.warrener.controller.process.ContainmentChoice;
import dev.warrener.messaging.Names;
import dev.warrener.messaging.Namespace;
import dev.warrener.worker.builtin.BuiltInChoice;
import dev.warrener.worker.process.LaunchFlags;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A controller's settings, read and checked. Made by {@link ConfigurationReader}; immutable. */
public final class ControllerConfiguration {
  private static final Duration SHORTEST_LEASE = Duration.ofSeconds(2);

  private final Map<Setting<?>, Object> values = new HashMap<>();
  private final Map<String, String> described = new TreeMap<>();
  private final List<Settings.QueueSettings> queues;

  /**
   * Reads and checks all settings.
   *
   * @param texts what was set
   * @throws ConfigurationException if a value can't be read, or settings exclude each other
   */
  ControllerConfiguration(Map<String, String> texts, List<Settings.QueueSettings> queues) {
    for (var setting : ControllerSettings.ALL) {
      read(setting, texts);
    }
    this.queues = List.copyOf(queues);
    for (var queue : queues) {
      ControllerSettings.describe(queue, ConfigurationReader.prefix(queue.name()), described);
    }
    described.values().removeIf(String::isEmpty);
    check();
  }

  private <T> void read(Setting<T> setting, Map<String, String> texts) {
    T value = setting.in(texts);
    values.put(setting, value);
    described.put(setting.key(), setting.show(value));
  }

  @SuppressWarnings("unchecked") // The only writer, read, keeps setting and value together.
  private <T> T get(Setting<T> setting) {
    return (T) Objects.requireNonNull(values.get(setting));
  }

  private void check() {
    if (!Names.isValid(id())) {
      throw new ConfigurationException(
          "controller.id \""
              + id()
              + "\" is not a valid name: set --id to 1 to 128 letters, digits, '.', '_' or '-'");
    }
    if (queues.isEmpty()) {
      throw new ConfigurationException("no queue to serve: give at least one --queue NAME");
    }
    if (lease().compareTo(SHORTEST_LEASE) < 0) {
      throw new ConfigurationException(
          "lease: "
              + Durations.text(lease())
              + " is too short to tell a loss from a pause: use 2s or more");
    }
    if (!exec().isEmpty() && !handlers().isEmpty()) {
      throw new ConfigurationException("handlers and exec exclude each other: give one of them");
    }
    if (!workerCommand().isEmpty() && !(exec().isEmpty() && handlers().isEmpty())) {
      throw new ConfigurationException(
          "worker.command excludes handlers and exec: give one of them");
    }
  }

  /** The controller's id; the host's name by default. */
  public String id() {
    return get(ControllerSettings.ID);
  }

  /** The fleet's namespace, with which the names of exchanges and queues begin. */
  public Namespace namespace() {
    return get(ControllerSettings.NAMESPACE);
  }

  /** The queues that the controller serves; at least one. */
  public List<Settings.QueueSettings> queues() {
    return queues;
  }

  /** The number of worker processes, over all queues. */
  public int workers() {
    return queues.stream().mapToInt(Settings.QueueSettings::processes).sum();
  }

  /** The jars with handlers, and their libraries. */
  public HandlerJars handlers() {
    return get(ControllerSettings.HANDLERS);
  }

  /** The command that is run for each task instead of handlers; empty for none. */
  public List<String> exec() {
    return get(ControllerSettings.EXEC);
  }

  /** A program that speaks the worker protocol, instead of our worker; empty for ours. */
  public List<String> workerCommand() {
    return get(ControllerSettings.WORKER_COMMAND);
  }

  /** Additional options for the workers' JVM, such as {@code -Xmx512m}. */
  public List<String> javaOptions() {
    return get(ControllerSettings.JAVA_OPTIONS);
  }

  /** Which compilers the workers' JVM has. */
  public LaunchFlags.Compiler workerCompiler() {
    return get(ControllerSettings.WORKER_COMPILER);
  }

  /** Which built-in handlers the workers offer. */
  public BuiltInChoice builtInHandlers() {
    return get(ControllerSettings.BUILT_IN_HANDLERS);
  }

  /** The broker users whose orders are obeyed; empty for all who may publish orders. */
  public Set<String> operators() {
    return Set.copyOf(get(ControllerSettings.OPERATORS));
  }

  /** Returns how far an order's time of issue may be ahead of this host's clock. */
  public Duration clockTolerance() {
    return get(ControllerSettings.CLOCK_TOLERANCE);
  }

  /** Returns which containment holds the descendants of a worker. */
  public ContainmentChoice containment() {
    return get(ControllerSettings.CONTAINMENT);
  }

  /**
   * Whether other processes of the controller's user, tasks among them, may look into the
   * controller's process.
   */
  public boolean isInspectable() {
    return get(ControllerSettings.INSPECTABLE);
  }

  /**
   * The most processes and threads that a worker may have, together with all that it starts; 0 for
   * any number.
   */
  public int workerPids() {
    return get(ControllerSettings.WORKER_PIDS);
  }

  /** The niceness of workers, 0 (they share the processors equally) to 19. */
  public int workerNice() {
    return get(ControllerSettings.WORKER_NICE);
  }

  /**
   * Returns how long runs go on without the broker, and workers without a frame from their
   * controller; 2 s or more.
   */
  public Duration lease() {
    return get(ControllerSettings.LEASE);
  }

  /** Returns the fate of running tasks when the broker is lost. */
  public WithoutBroker withoutBroker() {
    return get(ControllerSettings.WITHOUT_BROKER);
  }

  /** Returns which events of tasks are published. */
  public TaskEvents taskEvents() {
    return get(ControllerSettings.TASK_EVENTS);
  }

  /** Returns the longest that a worker may take until it is ready. */
  public Duration startDeadline() {
    return get(ControllerSettings.START_DEADLINE);
  }

  /** Returns the longest that a stop waits for running tasks. */
  public Duration drainDeadline() {
    return get(ControllerSettings.DRAIN_DEADLINE);
  }

  /** Returns how long the controller tries to reach the broker at the start. */
  public Duration brokerPatience() {
    return get(ControllerSettings.BROKER_PATIENCE);
  }

  /** Returns the delays before dead workers are started again. */
  public Settings.Restarts restarts() {
    return new Settings.Restarts(
        get(ControllerSettings.RESTART_FIRST_DELAY),
        get(ControllerSettings.RESTART_LONGEST_DELAY),
        get(ControllerSettings.RESTART_INTENSITY),
        get(ControllerSettings.RESTART_WINDOW),
        get(ControllerSettings.RESTART_COOL_DOWN));
  }

  /**
   * Returns how long an ended run is remembered, so that a copy of its task does not run again
   * here.
   */
  public Duration duplicateWindow() {
    return get(ControllerSettings.DUPLICATE_WINDOW);
  }

  /** After how many crashes of its worker a task is quarantined. */
  public int poisonAfter() {
    return get(ControllerSettings.POISON_AFTER);
  }

  /** Returns the folder of the controller's lock and control socket, or null for the default. */
  public @Nullable Path runtimeDirectory() {
    return get(ControllerSettings.RUNTIME_DIRECTORY).orElse(null);
  }

  /** Returns the folder of the audit log and of the restrictions, or null for the default. */
  public @Nullable Path stateDirectory() {
    return get(ControllerSettings.STATE_DIRECTORY).orElse(null);
  }

  /** Every setting that is not empty, with its value in force, sorted by key. */
  public Map<String, String> describe() {
    return Collections.unmodifiableMap(described);
  }
}
