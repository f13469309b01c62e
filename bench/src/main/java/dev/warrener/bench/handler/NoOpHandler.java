package dev.warrener.bench.handler;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;

/** A handler that does nothing and returns no result. */
public final class NoOpHandler implements TaskHandler {
  @Override
  public String name() {
    return Work.NO_OP.handler();
  }

  @Override
  public TaskResult handle(TaskContext context, byte[] input) {
    return TaskResult.none();
  }
}
