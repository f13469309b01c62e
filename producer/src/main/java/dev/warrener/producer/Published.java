package dev.warrener.producer;

import java.time.Duration;

/**
 * The confirmation of a task by the broker: the task is in its queue, and on disk if the queue is
 * durable.
 *
 * @param task the task's id
 * @param queue the queue that it is in
 * @param took the time from the submit to the confirmation, including the wait for room in the
 *     window
 */
public record Published(String task, String queue, Duration took) {}
