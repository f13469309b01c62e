package dev.warrener.worker.builtin;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;

/**
 * Keeps a processor busy in a counted loop, and heeds nothing.
 *
 * <p>The optimizing compiler leaves no safepoint in such a loop, so that for its whole time this is
 * a process which can't stop the world, can't collect garbage and can't even halt: the worst that
 * Java code can be to whoever wants it gone.
 */
final class SpinHandler implements TaskHandler {
  /** Enough to be measured; several of them, and the loop is compiled. */
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
    // Returned, so that the loop can't be thought away.
    return TaskResult.json(Double.toString(sum));
  }

  /** Some 30 ns a round, so that all of an int's rounds take a minute. */
  private static double spin(int rounds) {
    double sum = 0;
    for (int round = 0; round < rounds; round++) {
      sum = Math.sin(sum + round);
    }
    return sum;
  }
}
