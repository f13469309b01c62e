package dev.warrener.messaging.broker;

/**
 * One connection for one piece of work, such as a command: it is not made again when it is lost.
 * Every call is bounded by the request timeout. Not thread-safe.
 */
public final class BrokerSession implements AutoCloseable {
  private BrokerSession() {}

  /**
   * Connects.
   *
   * @throws BrokerUnreachableException if nobody answers there
   * @throws NotAllowedException if user, password or virtual host are refused
   */
  public static BrokerSession open(BrokerAccess access) {
    return NotBuilt.yet();
  }

  /** What the broker is. */
  public Dialect dialect() {
    return NotBuilt.yet();
  }

  /** Makes and checks exchanges and queues over this connection. */
  public Topology topology() {
    return NotBuilt.yet();
  }

  /** Counts over this connection. */
  public FleetProbe probe() {
    return NotBuilt.yet();
  }

  /** Reads and moves dead letters over this connection. */
  public DeadLetters deadLetters() {
    return NotBuilt.yet();
  }

  @Override
  public void close() {}
}
