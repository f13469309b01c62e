package dev.warrener.testbroker;

/**
 * The share of the machine that a broker may use.
 *
 * @param memory the limit at which its memory alarm goes off, as RabbitMQ writes sizes, such as
 *     {@code 512MB}
 * @param schedulers the number of its Erlang schedulers; 0 for one on each processor
 */
public record BrokerLimits(String memory, int schedulers) {
  /** Small enough for a small machine that also runs tests, and large enough for the tests. */
  public static final BrokerLimits OF_TESTS = new BrokerLimits("512MB", 1);

  /** As much as a broker on a machine of its own would use. */
  public static final BrokerLimits OF_MEASURING = new BrokerLimits("4GB", 0);
}
