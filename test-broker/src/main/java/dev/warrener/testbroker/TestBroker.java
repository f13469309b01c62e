package dev.warrener.testbroker;

import java.net.URI;
import java.util.Set;

/**
 * A broker that tests run on. Thread-safe.
 *
 * <p>The first call of {@link #get} or {@link #own} chooses the broker, and prints the choice on
 * stderr in one line.
 */
public interface TestBroker {
  /**
   * Returns the broker that all tests of this JVM share. A test works in a {@link #freshVhost}, so
   * that it does not disturb others.
   *
   * @throws IllegalStateException if the broker that {@code WARRENER_TEST_BROKER} asks for is not
   *     available, with the reason
   */
  static TestBroker get() {
    return TestBrokerChoice.OF_THIS_JVM.shared();
  }

  /**
   * Starts another broker of the same kind, for one test that breaks it. Takes seconds on RabbitMQ.
   *
   * @throws IllegalStateException if the tests run on a given broker: such a test is marked with
   *     {@link NeedsRabbitMq}, with {@link Capability#RESTARTS} or {@link Capability#FAULTS}
   */
  static OwnBroker own() {
    return TestBrokerChoice.OF_THIS_JVM.own();
  }

  /** Returns the address of the default vhost, with an administrator and its password. */
  URI uri();

  /** Returns the kind of broker. */
  BrokerKind kind();

  /** Returns the broker's version, such as {@code 4.3.6}. */
  String version();

  /** Returns a description for people: {@code RabbitMQ 4.3.6 (Docker, rabbitmq:4-management)}. */
  String description();

  /** Returns the abilities that tests may use. */
  Set<Capability> capabilities();

  /** Returns a new vhost, or the like, for one test. Takes milliseconds. */
  Vhost freshVhost();
}
