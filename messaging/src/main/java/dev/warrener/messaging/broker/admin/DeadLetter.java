package dev.warrener.messaging.broker.admin;

import dev.warrener.messaging.broker.DeadLetterMark;
import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.task.ReceivedTask;

/**
 * One message among the dead letters of a queue.
 *
 * @param queue the queue of tasks that it came from
 * @param content the task, or why the message is none
 * @param mark why it is a dead letter
 * @param message the message itself
 */
public record DeadLetter(
    String queue, ReceivedTask content, DeadLetterMark mark, Message message) {}
