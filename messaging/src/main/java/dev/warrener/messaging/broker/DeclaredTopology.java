package dev.warrener.messaging.broker;

/**
 * The state of a fleet at the broker before its exchanges and queues were declared.
 *
 * @param created whether the fleet is new: its running queue was not there. The exchanges and the
 *     order log may have been made by an administrator's definitions, which can't make the armed
 *     queue, since they are read again at each start of the broker. So the armed queue is made
 *     first, then the running queue
 * @param tripped whether the tripwire has been pulled: the fleet is not new and has no armed queue.
 *     A controller then starts with everything held
 */
public record DeclaredTopology(boolean created, boolean tripped) {}
