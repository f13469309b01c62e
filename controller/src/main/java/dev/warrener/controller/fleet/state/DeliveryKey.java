package dev.warrener.controller.fleet.state;

/**
 * The identity of one delivery of one message to this controller.
 *
 * @param generation the number of the connection that it came by; a key of an older connection is
 *     void
 * @param queue the queue that the message came from
 * @param tag a number that counts up within a generation and queue, and is never used twice
 */
public record DeliveryKey(long generation, String queue, long tag) {
  /** Returns the key of no delivery: settling it does nothing. */
  public static DeliveryKey gone(String queue) {
    return new DeliveryKey(0, queue, 0);
  }
}
