package dev.warrener.producer.publish;

import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.Task;
import dev.warrener.producer.Published;

/** Receives the outcome of each task of a {@link PublishRun}. Called by one thread at a time. */
public interface PublishListener {
  /** A listener that does nothing. */
  PublishListener NONE = new PublishListener() {};

  /** The broker has confirmed a task. Not called for a task whose result is awaited. */
  default void published(Published published) {}

  /** A task was not published, or no result arrived; {@code because} says why, in a sentence. */
  default void failed(Task task, RuntimeException because) {}

  /** A line is not a valid task. */
  default void bad(BadLine line) {}

  /** The result of a task has arrived. */
  default void result(ResultMessage result) {}
}
