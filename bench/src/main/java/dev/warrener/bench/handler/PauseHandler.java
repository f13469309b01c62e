package dev.warrener.bench.handler;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;

/** Waits for a millisecond, as a task does that asks somebody else for something. */
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
