package dev.warrener.producer.publish;

import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.Task;
import dev.warrener.producer.Published;

/** Is told the outcome of each task during a {@link PublishRun}. Called by one thread at a time. */
public interface PublishListener {
  /** A listener that does nothing. */
  PublishListener NONE = new PublishListener() {};

  /** The broker has confirmed a task. Not called for a task whose result is waited for. */
  default void published(Published published) {}

  /** A task was not published, or no result arrived; {@code because} says why, in a sentence. */
  default void failed(Task task, RuntimeException because) {}

  /** A line is no task. */
  default void bad(BadLine line) {}

  /** The result of a task, if results are waited for. */
  default void result(ResultMessage result) {}
}
