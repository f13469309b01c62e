package dev.warrener.testbroker;

import java.net.URI;

/**
 * A place at a broker that a test has to itself: a vhost, or a whole broker, or at least a
 * namespace.
 */
public interface Vhost extends AutoCloseable {
  /** Returns the address, with a user who may do anything there. */
  URI uri();

  /**
   * Returns the namespace to use: {@code warrener}, or a name that no other test uses if the test
   * has no vhost to itself.
   */
  String namespace();

  /**
   * Makes a user with permissions (regular expressions) in this vhost alone; {@link #close} removes
   * it.
   *
   * @return the address of this vhost with that user
   * @throws UnsupportedOperationException without {@link Capability#USERS}
   */
  URI createUser(String name, String password, String configure, String write, String read);

  /**
   * Limits the routing keys that a user may publish to a topic exchange and bind its queues with,
   * by regular expressions.
   *
   * @throws UnsupportedOperationException without {@link Capability#USERS}
   */
  default void limitTopics(String user, String exchange, String write, String read) {
    throw new UnsupportedOperationException("this broker has no users to limit");
  }

  /**
   * Makes a policy for queues.
   *
   * @param definition its limits, as JSON
   * @throws UnsupportedOperationException without {@link Capability#USERS}
   */
  default void addPolicy(String name, String pattern, String definition) {
    throw new UnsupportedOperationException("this broker has no policies");
  }

  /**
   * Returns what the broker tells about a queue, as JSON.
   *
   * @throws UnsupportedOperationException without {@link Capability#USERS}
   */
  default String describe(String queue) {
    throw new UnsupportedOperationException("this broker tells nothing about queues");
  }

  /** Removes it with all that is in it, which closes its connections. Closing twice is fine. */
  @Override
  void close();
}
