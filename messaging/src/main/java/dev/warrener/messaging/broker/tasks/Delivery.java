package dev.warrener.messaging.broker.tasks;

import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.task.ReceivedTask;

/**
 * One message that the broker has handed to this controller and that waits to be settled.
 *
 * @param generation the number of the connection that it came over; it can't be settled on another
 *     one
 * @param queue the queue of tasks that it came from
 * @param channel the number of the queue's channel on that connection, from 1
 * @param tag the channel's number for the delivery. Generation, queue, channel and tag identify it
 * @param redelivered whether the broker had delivered it before; it may have run then or not
 * @param content the task, or why the message is none
 * @param message the message itself, for copies
 */
public record Delivery(
    long generation,
    String queue,
    int channel,
    long tag,
    boolean redelivered,
    ReceivedTask content,
    Message message) {}
