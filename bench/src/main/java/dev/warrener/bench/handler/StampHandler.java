package dev.warrener.bench.handler;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;

/** A handler that records when its first instruction ran, see {@link Stamps}. */
public final class StampHandler implements TaskHandler {
  @Override
  public String name() {
    return Work.STAMP.handler();
  }

  @Override
  public TaskResult handle(TaskContext context, byte[] input) {
    Stamps.write(System.nanoTime(), input);
    return TaskResult.none();
  }
}
