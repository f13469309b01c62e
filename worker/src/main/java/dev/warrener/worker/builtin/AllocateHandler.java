package dev.warrener.worker.builtin;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;
import java.util.ArrayList;
import java.util.List;

/** Allocates memory and keeps it as long as the process lives. */
final class AllocateHandler implements TaskHandler {
  private static final int MAXIMUM_MEGABYTES = 1_000_000;
  private static final int BYTES_PER_MEGABYTE = 1 << 20;

  private final List<byte[]> kept = new ArrayList<>();

  @Override
  public String name() {
    return "allocate";
  }

  @Override
  public TaskResult handle(TaskContext context, byte[] input) throws Exception {
    int megabytes = Input.of(input).wholeNumber("megabytes", 1, MAXIMUM_MEGABYTES);
    for (int megabyte = 0; megabyte < megabytes; megabyte++) {
      kept.add(new byte[BYTES_PER_MEGABYTE]);
    }
    return TaskResult.json("{\"keptMegabytes\":" + kept.size() + "}");
  }
}
