package dev.warrener.worker.builtin;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;

/** Keeps a processor busy in a counted loop, and heeds nothing. */
final class SpinHandler implements TaskHandler {
  private static final int ROUNDS = 100_000_000;

  @Override
  public String name() {
    return "spin";
  }

  @Override
  public TaskResult handle(TaskContext context, byte[] input) throws Exception {
    long millis = Input.of(input).secondsAsMillis("seconds");
    long start = System.nanoTime();
    long sum = 0;
    while (System.nanoTime() - start < millis * 1_000_000) {
      sum += count();
    }
    // Returned, so that the loop can't be thought away.
    return TaskResult.json(Long.toString(sum));
  }

  private static long count() {
    long sum = 0;
    for (int round = 0; round < ROUNDS; round++) {
      sum = sum * 31 + round;
    }
    return sum;
  }
}
