package example;

import dev.warrener.worker.InvalidInputException;
import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CancellationException;

/** Counts the primes below a number. Input and result are a number in JSON. */
public final class PrimesHandler implements TaskHandler {
  /** How many numbers are tried between two looks at whether the run was cancelled. */
  private static final long STRIDE = 1_000_000;

  @Override
  public String name() {
    return "primes";
  }

  @Override
  public TaskResult handle(TaskContext context, byte[] input) throws InvalidInputException {
    long limit = limit(input);
    long primes = 0;
    for (long number = 2; number < limit; number++) {
      if (number % STRIDE == 0) {
        if (context.isCancelled()) {
          throw new CancellationException("cancelled at " + number);
        }
        context.log().info(primes + " primes below " + number);
      }
      if (isPrime(number)) {
        primes++;
      }
    }
    return TaskResult.json(Long.toString(primes));
  }

  private static long limit(byte[] input) throws InvalidInputException {
    var text = new String(input, StandardCharsets.UTF_8).strip();
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      // Another attempt would end the same: the task goes to the dead letters at once.
      throw new InvalidInputException("expected a whole number, got: " + text);
    }
  }

  private static boolean isPrime(long number) {
    for (long divisor = 2; divisor * divisor <= number; divisor++) {
      if (number % divisor == 0) {
        return false;
      }
    }
    return true;
  }
}
