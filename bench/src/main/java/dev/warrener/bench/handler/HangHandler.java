package dev.warrener.bench.handler;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;

/** Burns one processor until its process is killed. */
public final class HangHandler implements TaskHandler {
  @Override
  public String name() {
    return "bench-hang";
  }

  @Override
  public TaskResult handle(TaskContext context, byte[] input) {
    while (true) {
      Thread.onSpinWait();
    }
  }
}
