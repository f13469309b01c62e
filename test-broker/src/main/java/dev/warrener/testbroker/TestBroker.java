package dev.warrener.testbroker;

import java.net.URI;
import java.util.Set;

/**
 * A broker that tests run on. Thread-safe.
 *
 * <p>The choice is made at the first call of {@link #get} or {@link #own}, and said in one line on
 * stderr.
 */
public interface TestBroker {
  /**
   * The broker that all tests of this JVM share. Work in a {@link #freshVhost}; don't disturb
   * others.
   *
   * @throws IllegalStateException if the broker that {@code WARRENER_TEST_BROKER} asks for can't be
   *     had, with the reason
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

  /**
   * Fails the test that runs unless the tests run on RabbitMQ. To leave a test out elsewhere, mark
   * it with {@link NeedsRabbitMq}.
   *
   * @param why what the test needs of RabbitMQ
   */
  static void requireRabbitMq(String why) {
    if (get().kind() != BrokerKind.RABBITMQ) {
      throw new IllegalStateException(
          "this test needs RabbitMQ ("
              + why
              + ") and runs on "
              + get().description()
              + ": mark it with @NeedsRabbitMq");
    }
  }

  /** The address of the default vhost, with an administrator and its password. */
  URI uri();

  /** What software it is. */
  BrokerKind kind();

  /** The version that the broker says it has, such as {@code 4.3.6}. */
  String version();

  /** What it is, for a person: {@code RabbitMQ 4.3.6 (Docker, rabbitmq:4-management)}. */
  String description();

  /** What tests can do with it. */
  Set<Capability> capabilities();

  /** A new place where a test meets nothing of other tests. Milliseconds. */
  Vhost freshVhost();
}
