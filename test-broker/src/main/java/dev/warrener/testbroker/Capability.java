package dev.warrener.testbroker;

/** An ability that some of the brokers have, and others lack. */
public enum Capability {
  /**
   * It is RabbitMQ: quorum queues, streams, {@code x-} arguments, consumers that are told of a
   * deleted queue, checked user ids.
   */
  RABBITMQ("RabbitMQ"),
  /** Users with permissions of their own can be made. */
  USERS("users with permissions of their own"),
  /** A test can have a broker of its own, to stop and to start it. */
  RESTARTS("a broker that the test may restart"),
  /** A test's own broker can be killed, frozen and starved. */
  FAULTS("a broker that the test may kill, freeze and starve"),
  /** A test can have a cluster of three nodes of its own. */
  CLUSTER("a cluster of three nodes");

  private final String words;

  Capability(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }
}
