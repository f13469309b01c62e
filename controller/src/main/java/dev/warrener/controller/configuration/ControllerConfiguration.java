package dev.warrener.controller.configuration;

import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.controller.fleet.state.TaskEvents;
import dev.warrener.controller.fleet.state.WithoutBroker;
import dev.warrener.controller.process.ContainmentChoice;
import dev.warrener.messaging.Names;
import dev.warrener.messaging.Namespace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a controller is told at its start, checked. Made by {@link ConfigurationReader}; values are
 * never repaired.
 *
 * @param id the controller's id; the host's name by default
 * @param namespace of the fleet
 * @param queues the queues that it serves; at least one
 * @param handlers jars with handlers, on the workers' class path
 * @param exec the command that is run for each task in place of handlers; empty for none
 * @param workerCommand a program that speaks the worker protocol, in place of ours; empty for ours
 * @param javaOptions more options for the workers' JVM, such as {@code -Xmx512m}
 * @param builtInHandlers whether the handlers for trying out are there as well
 * @param operators the broker users whose orders are obeyed; empty for all that the broker lets
 * @param containment which containment to use
 * @param workerPids how many processes and threads a worker may have with all that it starts; 0 for
 *     any number
 * @param workerNice how much workers yield the processors to everything else, 0 (not at all) to 19
 * @param lease how long runs go on without the broker, and workers without a word of their
 *     controller; 2 s or more
 * @param withoutBroker what becomes of running tasks when the broker is lost
 * @param taskEvents which events of tasks are told to whoever listens
 * @param startDeadline how long a worker may take to be ready
 * @param drainDeadline how long a stop waits for running tasks
 * @param brokerPatience how long to try to reach the broker at the start
 * @param restarts when dead workers are started again
 * @param duplicateWindow how long an ended run is remembered
 * @param poisonAfter after how many crashes a task is quarantined
 * @param runtimeDirectory where the controller's lock and control socket are, or null for the
 *     default
 * @param stateDirectory where its audit log is, and what else survives a restart, or null for the
 *     default
 */
public record ControllerConfiguration(
    String id,
    Namespace namespace,
    List<Settings.QueueSettings> queues,
    List<Path> handlers,
    List<String> exec,
    List<String> workerCommand,
    List<String> javaOptions,
    boolean builtInHandlers,
    Set<String> operators,
    ContainmentChoice containment,
    int workerPids,
    int workerNice,
    Duration lease,
    WithoutBroker withoutBroker,
    TaskEvents taskEvents,
    Duration startDeadline,
    Duration drainDeadline,
    Duration brokerPatience,
    Settings.Restarts restarts,
    Duration duplicateWindow,
    int poisonAfter,
    @Nullable Path runtimeDirectory,
    @Nullable Path stateDirectory) {

  private static final Duration SHORTEST_LEASE = Duration.ofSeconds(2);

  public ControllerConfiguration {
    if (!Names.isValid(id)) {
      throw new ConfigurationException(
          "controller.id \""
              + id
              + "\" is not a valid name: set --id to 1 to 128 letters, digits, '.', '_' or '-'");
    }
    if (queues.isEmpty()) {
      throw new ConfigurationException("no queue to serve: give at least one --queue NAME");
    }
    if (lease.compareTo(SHORTEST_LEASE) < 0) {
      throw new ConfigurationException(
          "lease: "
              + ConfigurationReader.text(lease)
              + " is too short to tell a loss from a pause: use 2s or more");
    }
    if (!exec.isEmpty() && !handlers.isEmpty()) {
      throw new ConfigurationException("handlers and exec exclude each other: give one of them");
    }
    if (!workerCommand.isEmpty() && !(exec.isEmpty() && handlers.isEmpty())) {
      throw new ConfigurationException(
          "worker.command excludes handlers and exec: give one of them");
    }
    queues = List.copyOf(queues);
    handlers = List.copyOf(handlers);
    exec = List.copyOf(exec);
    workerCommand = List.copyOf(workerCommand);
    javaOptions = List.copyOf(javaOptions);
    operators = Set.copyOf(operators);
  }

  /** The number of worker processes, over all queues. */
  public int workers() {
    return queues.stream().mapToInt(Settings.QueueSettings::processes).sum();
  }

  /** Every setting with its value in force, for the log at the start. */
  public Map<String, String> describe() {
    var all = new TreeMap<String, String>();
    all.put("controller.id", id);
    all.put("namespace", namespace.name());
    for (var queue : queues) {
      var prefix = "queue." + queue.name() + ".";
      all.put(prefix + "workers", Integer.toString(queue.workers()));
      all.put(prefix + "spares", Integer.toString(queue.spares()));
      all.put(prefix + "ahead", Integer.toString(queue.ahead().most()));
      all.put(prefix + "look-ahead", Integer.toString(queue.lookAhead()));
      all.put(prefix + "max-attempts", Integer.toString(queue.maxAttempts()));
      all.put(prefix + "timeout", ConfigurationReader.text(queue.timeout()));
    }
    all.put("handlers", String.join(",", handlers.stream().map(Path::toString).toList()));
    all.put("exec", String.join(" ", exec));
    all.put("worker.command", String.join(" ", workerCommand));
    all.put("worker.java-options", String.join(" ", javaOptions));
    all.put("built-in-handlers", Boolean.toString(builtInHandlers));
    all.put("operators", String.join(",", operators.stream().sorted().toList()));
    all.put("containment", containment.text());
    all.put("worker.pids", Integer.toString(workerPids));
    all.put("worker.nice", Integer.toString(workerNice));
    all.put("lease", ConfigurationReader.text(lease));
    all.put("without-broker", withoutBroker.text());
    all.put("task-events", taskEvents.text());
    all.put("start-deadline", ConfigurationReader.text(startDeadline));
    all.put("drain-deadline", ConfigurationReader.text(drainDeadline));
    all.put("broker-patience", ConfigurationReader.text(brokerPatience));
    all.put("restart.first-delay", ConfigurationReader.text(restarts.first()));
    all.put("restart.longest-delay", ConfigurationReader.text(restarts.most()));
    all.put("restart.intensity", Integer.toString(restarts.intensity()));
    all.put("restart.window", ConfigurationReader.text(restarts.window()));
    all.put("restart.cool-down", ConfigurationReader.text(restarts.coolDown()));
    all.put("duplicate-window", ConfigurationReader.text(duplicateWindow));
    all.put("poison-after", Integer.toString(poisonAfter));
    var shown = new LinkedHashMap<String, String>();
    all.forEach((key, value) -> {
      if (!value.isEmpty()) {
        shown.put(key, value);
      }
    });
    return shown;
  }
}
