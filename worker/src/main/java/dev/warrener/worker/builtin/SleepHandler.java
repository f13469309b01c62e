package dev.warrener.worker.builtin;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;
import java.util.concurrent.CancellationException;

/** The task of the demo: prints that it runs, sleeps step by step, and prints that it is done. */
final class SleepHandler implements TaskHandler {
  private static final int MAXIMUM_STEPS = 1_000_000;

  @Override
  public String name() {
    return "sleep";
  }

  @Override
  public TaskResult handle(TaskContext context, byte[] input) throws Exception {
    Input fields = Input.of(input);
    long millis = fields.secondsAsMillis("seconds");
    int steps = fields.wholeNumber("steps", 1, MAXIMUM_STEPS);

    System.out.println("Task " + context.id() + " running");
    long start = System.nanoTime();
    for (int step = 1; step <= steps; step++) {
      sleepUntil(start + millis * 1_000_000 / steps * step, context);
      context.progress(step, steps);
    }
    System.out.println("Task " + context.id() + " Done");
    return TaskResult.none();
  }

  private static void sleepUntil(long nanos, TaskContext context) {
    for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
      if (context.isCancelled()) {
        throw new CancellationException("cancelled: " + context.cancelReason().orElse(""));
      }
      try {
        Thread.sleep(left / 1_000_000, (int) (left % 1_000_000));
      } catch (InterruptedException e) {
        // Probably a cancellation: the loop checks.
      }
    }
  }
}
