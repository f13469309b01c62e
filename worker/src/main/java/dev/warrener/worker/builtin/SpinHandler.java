package dev.warrener.worker.builtin;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;

/**
 * Keeps a processor busy in a counted loop, and ignores cancellation.
 *
 * <p>The optimizing compiler puts no safepoint into such a loop. Until the loop ends, the process
 * can't collect garbage and can't even halt, so this is the hardest Java code to stop from inside.
 */
final class SpinHandler implements TaskHandler {
  /**
   * The rounds of the first loops: enough to measure, and few enough to get the loop compiled soon.
   */
  private static final int FIRST_ROUNDS = 200_000;

  private static final int FIRST_LOOPS = 20;

  @Override
  public String name() {
    return "spin";
  }

  @Override
  public TaskResult handle(TaskContext context, byte[] input) throws Exception {
    long nanos = Input.of(input).secondsAsMillis("seconds") * 1_000_000;
    long start = System.nanoTime();
    double sum = 0;
    int loops = 0;
    double rounds = 0;
    for (long spent = 0; spent < nanos; spent = System.nanoTime() - start) {
      int next =
          loops < FIRST_LOOPS ? FIRST_ROUNDS : (int) Math.ceil((nanos - spent) * rounds / spent);
      sum += spin(next);
      rounds += next;
      loops++;
    }
    // The sum is returned, so that the compiler can't remove the loop.
    return TaskResult.json(Double.toString(sum));
  }

  /** Takes about 30 ns a round, so a loop over all values of an int takes a minute. */
  private static double spin(int rounds) {
    double sum = 0;
    for (int round = 0; round < rounds; round++) {
      sum = Math.sin(sum + round);
    }
    return sum;
  }
}
