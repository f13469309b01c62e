package dev.warrener.ops.order;

import dev.warrener.messaging.Names;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.TaskTarget;
import dev.warrener.messaging.order.WorkerTarget;
import dev.warrener.ops.invocation.CommandFailure;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that choose the scope of an order. Written by picocli. */
final class ScopeOptions {
  @Option(
      names = {"-a", "--all"},
      order = 1,
      description = "Everything.")
  boolean all;

  @Option(
      names = "--controller",
      paramLabel = "ID",
      order = 2,
      description = "All workers of a controller. Repeatable.")
  List<String> controllers = new ArrayList<>();

  @Option(
      names = "--queue",
      paramLabel = "NAME",
      order = 3,
      description = "All workers of a queue. Repeatable; different kinds narrow each other.")
  List<String> queues = new ArrayList<>();

  @Option(
      names = "--batch",
      paramLabel = "NAME",
      order = 4,
      description = "The workers that run a task of the batch. Repeatable.")
  List<String> batches = new ArrayList<>();

  @Option(
      names = "--task",
      paramLabel = "ID",
      order = 5,
      description =
          "The worker that runs the task: its id, or 8 characters or more of an id of Warrener's own"
              + " making, if one running task alone begins with them. Repeatable.")
  List<String> tasks = new ArrayList<>();

  @Option(
      names = "--attempt",
      paramLabel = "N",
      order = 6,
      description = "With one --task: that run of it and no other.")
  @Nullable Integer attempt;

  @Option(
      names = "--worker",
      paramLabel = "CONTROLLER/SLOT",
      order = 7,
      description =
          "One worker: a kill means the process that runs there when it is sent. Repeatable.")
  List<String> workers = new ArrayList<>();

  @Option(
      names = "--incarnation",
      paramLabel = "N",
      order = 8,
      description = "With one --worker: that process of it and no other.")
  @Nullable Long incarnation;

  /**
   * Returns the scope that was chosen.
   *
   * @param verb the command, for the message: "kill"
   * @throws CommandFailure with wrong usage, if no scope or a contradictory one was chosen
   */
  Scope scope(String verb) {
    boolean narrowed =
        !(controllers.isEmpty()
            && queues.isEmpty()
            && batches.isEmpty()
            && tasks.isEmpty()
            && workers.isEmpty());
    if (!all && !narrowed) {
      throw CommandFailure.usage(
          verb
              + " needs to know what: --all, or --controller, --queue, --batch, --task or --worker");
    }
    if (all && narrowed) {
      throw CommandFailure.usage(
          "--all means everything: leave it out, or leave out what narrows it");
    }
    if (attempt != null && tasks.size() != 1) {
      throw CommandFailure.usage("--attempt goes with exactly one --task");
    }
    if (incarnation != null && workers.size() != 1) {
      throw CommandFailure.usage("--incarnation goes with exactly one --worker");
    }
    try {
      controllers.forEach(name -> Names.require("controller", name));
      queues.forEach(Names::requireQueue);
      batches.forEach(name -> Names.require("batch", name));
      return new Scope(
          all,
          controllers,
          queues,
          batches,
          tasks.stream().map(id -> new TaskTarget(id, attempt)).toList(),
          workers.stream().map(id -> new WorkerTarget(id, incarnation)).toList());
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(e);
    }
  }
}
