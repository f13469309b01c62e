package dev.warrener.messaging.broker;

/**
 * What was found at the broker when the fleet's exchanges and queues were declared.
 *
 * @param created whether the fleet is new: nothing of it was there
 * @param tripped whether the tripwire has been pulled: the fleet is not new and has no armed queue.
 *     A controller then starts with everything held
 */
public record FleetState(boolean created, boolean tripped) {}
