package dev.warrener.producer;

import dev.warrener.messaging.broker.publishing.PublishOutcome;
import dev.warrener.messaging.task.Task;
import java.util.concurrent.CompletableFuture;

/** A receiver of tasks: the broker, or an implementation for tests. */
interface TaskSink extends AutoCloseable {
  /**
   * Sends a task. The future completes within the publish timeout, and never exceptionally.
   *
   * @throws IllegalArgumentException if the task can't be encoded; the message says why
   */
  CompletableFuture<PublishOutcome> publish(Task task);

  /** Closes at once. The outcome of tasks without an answer is refused or unknown. */
  @Override
  void close();
}
