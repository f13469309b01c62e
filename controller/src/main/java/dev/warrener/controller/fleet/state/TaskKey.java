package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.task.Task;

/**
 * The identity of a task at a controller. Anybody who may publish can use the id of another task,
 * so an id means a task only within its queue.
 *
 * @param task the task's id
 * @param queue the queue that it was delivered from
 */
public record TaskKey(String task, String queue) implements Comparable<TaskKey> {
  /** Returns the key of a task. */
  public static TaskKey of(Task task) {
    return new TaskKey(task.id(), task.queue());
  }

  @Override
  public int compareTo(TaskKey other) {
    int byTask = task.compareTo(other.task);
    return byTask == 0 ? queue.compareTo(other.queue) : byTask;
  }
}
