package dev.warrener.producer;

import dev.warrener.messaging.broker.publishing.PublishOutcome;
import dev.warrener.messaging.task.Task;
import java.util.concurrent.CompletableFuture;

/** Where tasks leave the process: the broker, or a test's own. */
interface TaskSink extends AutoCloseable {
  /**
   * Sends a task; the future completes within the publish timeout, and never exceptionally.
   *
   * @throws IllegalArgumentException if the task can't be a message, with a sentence that says why
   */
  CompletableFuture<PublishOutcome> publish(Task task);

  /** Closes at once; what has no answer is refused or unknown. */
  @Override
  void close();
}
