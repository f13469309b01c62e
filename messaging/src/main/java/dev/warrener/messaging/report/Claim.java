package dev.warrener.messaging.report;

/**
 * A run whose message the broker has taken back from a controller, because a connection was lost,
 * and that goes on there or has ended there meanwhile. Who receives that message gives it back.
 *
 * @param queue the queue of the task
 * @param task the task's id
 * @param attempt the attempt
 */
public record Claim(String queue, String task, int attempt) {}
