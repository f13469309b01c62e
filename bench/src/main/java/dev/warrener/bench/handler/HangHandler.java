package dev.warrener.bench.handler;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;
import java.util.Arrays;

/**
 * A handler that runs until its process is killed: in a loop that uses one processor, or asleep if
 * its input is {@link #WAIT}.
 */
public final class HangHandler implements TaskHandler {
  /** The name of the handler. */
  public static final String NAME = "bench-hang";

  /** The input that makes the handler sleep. */
  public static final String WAIT = "\"wait\"";

  private static final byte[] WAIT_BYTES = {'"', 'w', 'a', 'i', 't', '"'};

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public TaskResult handle(TaskContext context, byte[] input) throws InterruptedException {
    boolean waits = Arrays.equals(input, WAIT_BYTES);
    while (true) {
      if (waits) {
        Thread.sleep(3_600_000);
      } else {
        Thread.onSpinWait();
      }
    }
  }
}
