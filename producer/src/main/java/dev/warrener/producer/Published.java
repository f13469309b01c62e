package dev.warrener.producer;

import java.time.Duration;

/**
 * A task that the broker has confirmed: it is in its queue, on disk where the queue is durable.
 *
 * @param task the task's id
 * @param queue the queue that it is in
 * @param took from the submit, the wait for room in the window included, to the confirm
 */
public record Published(String task, String queue, Duration took) {}
