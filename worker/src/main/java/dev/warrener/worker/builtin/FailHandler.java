package dev.warrener.worker.builtin;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;

/** Throws an exception, on the first attempts (field {@code times}) or on all. */
final class FailHandler implements TaskHandler {
  @Override
  public String name() {
    return "fail";
  }

  @Override
  public TaskResult handle(TaskContext context, byte[] input) throws Exception {
    Input fields = Input.of(input);
    String message = fields.text("message");
    int times =
        fields.has("times") ? fields.wholeNumber("times", 0, Integer.MAX_VALUE) : Integer.MAX_VALUE;
    if (context.attempt() <= times) {
      throw new IllegalStateException(message);
    }
    return TaskResult.none();
  }
}
