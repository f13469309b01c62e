package dev.warrener.messaging.task;

/** What a queue of tasks delivered: a task, or a message that breaks the contract. */
public sealed interface ReceivedTask permits Task, InvalidTask {}
