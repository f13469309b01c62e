package dev.warrener.producer;

import dev.warrener.messaging.task.Task;

/** Thrown when the task's queue does not exist. The task is in no queue. */
public final class UnroutableException extends PublishException {
  private static final long serialVersionUID = 1L;

  UnroutableException(Task task) {
    super(
        task,
        "there is no queue \""
            + task.queue()
            + "\", so task "
            + task.id()
            + " was not published: check the name, or make the queue with \"warrener queue create "
            + task.queue()
            + "\"",
        null);
  }
}
