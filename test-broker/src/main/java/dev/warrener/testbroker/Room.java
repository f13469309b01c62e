package dev.warrener.testbroker;

/**
 * What a broker of ours may take of the machine.
 *
 * @param memory where its memory alarm is, as RabbitMQ writes sizes, such as {@code 512MB}
 * @param schedulers how many of its Erlang schedulers run; 0 for one on each processor
 */
public record Room(String memory, int schedulers) {
  /** Small enough for a small machine that runs tests besides, and large enough for the tests. */
  public static final Room OF_TESTS = new Room("512MB", 1);

  /** All that a broker on a machine of its own would take. */
  public static final Room OF_MEASURING = new Room("4GB", 0);
}
