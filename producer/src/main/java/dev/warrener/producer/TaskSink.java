package dev.warrener.producer;

import dev.warrener.messaging.broker.publishing.PublishOutcome;
import dev.warrener.messaging.task.Task;
import java.util.concurrent.CompletableFuture;

/** The place that tasks are sent to: the broker, or a test's own. */
interface TaskSink extends AutoCloseable {
  /**
   * Sends a task. The future completes within the publish timeout, and never exceptionally.
   *
   * @throws IllegalArgumentException if the task can't be a message; the message says why
   */
  CompletableFuture<PublishOutcome> publish(Task task);

  /** Closes at once. Tasks without an answer are refused or unknown. */
  @Override
  void close();
}
