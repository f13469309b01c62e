package dev.warrener.messaging.broker.tasks;

import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.task.ReceivedTask;

/**
 * One message that the broker has handed to this controller and that waits to be settled.
 *
 * @param generation of the connection that it came over; on another one it can't be settled any
 *     more
 * @param queue the queue of tasks that it came from
 * @param channel counts the channels that the queue has had on that connection, from 1
 * @param tag the channel's number for it; generation, queue, channel and tag name the delivery
 * @param redelivered whether it was handed out before; that says nothing about whether it ran
 * @param content the task, or why it is none
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
