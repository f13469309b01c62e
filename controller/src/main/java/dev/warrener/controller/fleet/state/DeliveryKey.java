package dev.warrener.controller.fleet.state;

/**
 * One delivery of one message to this controller.
 *
 * @param generation which connection to the broker it came by; a key of an older one is void
 * @param queue the queue that it came from
 * @param tag counts up within generation and queue, and never comes twice
 */
public record DeliveryKey(long generation, String queue, long tag) {
  /** A key of no delivery: settling it does nothing. */
  public static DeliveryKey gone(String queue) {
    return new DeliveryKey(0, queue, 0);
  }
}
