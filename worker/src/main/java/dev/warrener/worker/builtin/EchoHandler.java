package dev.warrener.worker.builtin;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;

/** Returns its input. */
final class EchoHandler implements TaskHandler {
  @Override
  public String name() {
    return "echo";
  }

  @Override
  public TaskResult handle(TaskContext context, byte[] input) {
    return TaskResult.of(context.contentType(), input);
  }
}
