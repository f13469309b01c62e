package dev.warrener.messaging.task;

/** A delivery of a task queue: a task, or a message that breaks the contract. */
public sealed interface ReceivedTask permits Task, InvalidTask {}
