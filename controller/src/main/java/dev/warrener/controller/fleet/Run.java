package dev.warrener.controller.fleet;

import dev.warrener.messaging.task.Task;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One run of a task in a worker.
 *
 * @param task what runs
 * @param delivery the delivery that it answers for, or null while the broker has taken it back
 * @param startedAt when the worker said that it starts, or null while it has only been handed over:
 *     such a task counts as waiting
 */
record Run(Task task, @Nullable DeliveryKey delivery, @Nullable Instant startedAt) {
  boolean started() {
    return startedAt != null;
  }

  Run withDelivery(@Nullable DeliveryKey key) {
    return new Run(task, key, startedAt);
  }

  Run startedAt(Instant instant) {
    return new Run(task, delivery, instant);
  }
}
