package dev.warrener.messaging.broker;

/**
 * Makes and checks the fleet's exchanges and queues. Declaring what is there already changes
 * nothing; where the user has no right to declare, what is there is used as it is. Each call takes
 * at most a few request timeouts. Not thread-safe.
 */
public final class Topology {
  Topology() {}

  /**
   * Declares the exchanges, the order log, the tripwire and the running queue. The tripwire is made
   * only if the fleet is new: on an existing fleet a missing one has been pulled.
   *
   * @throws TopologyMismatchException if one exists with other properties
   * @throws NotAllowedException if one is missing and may not be made
   * @throws BrokerUnreachableException if the broker is lost meanwhile
   */
  public FleetState declareFleet() {
    return NotBuilt.yet();
  }

  /**
   * Declares the tasks exchange, the queue of tasks {@code queue}, its dead letters and its retry
   * queues, with their bindings.
   *
   * @throws IllegalArgumentException if the name can't be used
   * @throws TopologyMismatchException if one exists with other properties
   * @throws NotAllowedException if one is missing and may not be made
   * @throws BrokerUnreachableException if the broker is lost meanwhile
   */
  public void declareQueue(String queue, QueueSettings settings) {
    NotBuilt.yet();
  }

  /** Makes the tripwire again, after a resume. */
  public void declareTripwire() {
    NotBuilt.yet();
  }
}
