package dev.warrener.messaging.broker.tasks;

/** What became of a settlement. */
public enum Settlement {
  /** Handed to the broker; {@link TaskIntake#barrier} shows that it was taken. */
  SENT,
  /**
   * Not sent: the connection that the delivery came over is gone, and the broker has given or will
   * give the message to somebody again.
   */
  STALE
}
