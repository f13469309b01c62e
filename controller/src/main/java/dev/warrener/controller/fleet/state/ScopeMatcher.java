package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.TaskTarget;
import dev.warrener.messaging.order.WorkerTarget;

/** Tells which workers and runs of this host an order's scope covers. */
public final class ScopeMatcher {
  private ScopeMatcher() {}

  /** Whether a scope covers a worker: by its place, or by the task that it runs or was handed. */
  public static boolean worker(Settings settings, Scope scope, Slot slot) {
    if (!place(settings, scope, slot)) {
      return false;
    }
    var run = slot.run();
    return !scope.namesTasks() || (run != null && task(scope, run));
  }

  /** Whether a scope covers a run. */
  public static boolean run(Settings settings, Scope scope, Slot slot, TaskRun run) {
    return place(settings, scope, slot) && task(scope, run);
  }

  private static boolean place(Settings settings, Scope scope, Slot slot) {
    return scope.coversController(settings.controller())
        && scope.coversQueue(slot.queue())
        && (scope.workers().isEmpty()
            || scope.workers().stream().anyMatch(worker -> isThis(settings, slot, worker)));
  }

  private static boolean isThis(Settings settings, Slot slot, WorkerTarget worker) {
    return worker.id().equals(settings.workerId(slot.number()))
        && (worker.incarnation() == null || worker.incarnation() == slot.incarnation());
  }

  private static boolean task(Scope scope, TaskRun run) {
    var task = run.task();
    return scope.coversTask(task.id(), task.batch())
        && (scope.tasks().isEmpty()
            || scope.tasks().stream().anyMatch(target -> isThis(run, target)));
  }

  private static boolean isThis(TaskRun run, TaskTarget target) {
    return target.id().equals(run.task().id())
        && (target.attempt() == null || target.attempt() == run.task().attempt());
  }
}
