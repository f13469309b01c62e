package dev.warrener.messaging.broker;

import java.util.List;

/**
 * The state of a fleet at the broker before its exchanges and queues were declared.
 *
 * @param created whether the fleet is new: its running queue was not there. The exchanges and the
 *     order log may have been made by an administrator's definitions, which can't make the armed
 *     queue, since they are read again at each start of the broker. So the armed queue is made
 *     first, then the running queue
 * @param tripped whether the tripwire has been pulled: the fleet is not new and has no armed queue.
 *     A controller then starts with everything held
 * @param locked the queues that count controllers and belong to another connection alone, so that
 *     no controller can use them
 */
public record DeclaredTopology(boolean created, boolean tripped, List<String> locked) {
  public DeclaredTopology {
    locked = List.copyOf(locked);
  }

  /** Makes the state of a fleet whose queues belong to no connection alone. */
  public DeclaredTopology(boolean created, boolean tripped) {
    this(created, tripped, List.of());
  }
}
