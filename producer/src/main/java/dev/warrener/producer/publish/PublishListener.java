package dev.warrener.producer.publish;

import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.Task;
import dev.warrener.producer.Published;

/**
 * Hears what becomes of each task while a {@link PublishRun} goes on. Called by one thread at a
 * time.
 */
public interface PublishListener {
  /** Hears nothing. */
  PublishListener NONE = new PublishListener() {};

  /** The broker has confirmed it. Not called for a task whose result is waited for. */
  default void published(Published published) {}

  /** It was not published, or no result came; {@code because} says why, in a sentence. */
  default void failed(Task task, RuntimeException because) {}

  /** A line is no task. */
  default void bad(BadLine line) {}

  /** The result of a task, if results are waited for. */
  default void result(ResultMessage result) {}
}
