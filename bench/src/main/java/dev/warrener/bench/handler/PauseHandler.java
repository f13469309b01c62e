package dev.warrener.bench.handler;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;

/** A handler that waits for one millisecond, like a task that asks another service. */
public final class PauseHandler implements TaskHandler {
  @Override
  public String name() {
    return Work.PAUSE.handler();
  }

  @Override
  public TaskResult handle(TaskContext context, byte[] input) throws InterruptedException {
    Work.PAUSE.run(input);
    return TaskResult.none();
  }
}
