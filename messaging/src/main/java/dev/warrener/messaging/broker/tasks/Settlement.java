package dev.warrener.messaging.broker.tasks;

/** Whether a settlement was sent. */
public enum Settlement {
  /**
   * The settlement was sent to the broker. {@link TaskIntake#barrier} shows when the broker has
   * taken it.
   */
  SENT,
  /**
   * The settlement was not sent: the connection that the delivery came over is gone, and the broker
   * redelivers the message.
   */
  STALE
}
