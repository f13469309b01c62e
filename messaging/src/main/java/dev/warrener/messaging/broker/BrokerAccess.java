package dev.warrener.messaging.broker;

import dev.warrener.messaging.Namespace;

/**
 * All that a program needs to connect to a fleet's broker. Immutable; opens no connection.
 *
 * @param address the broker, and the user who connects
 * @param namespace the namespace of the fleet
 * @param program the name of this program, such as {@code controller web-1}. The names of its
 *     connections at the broker start with it
 * @param settings how connections are kept up
 */
public record BrokerAccess(
    BrokerAddress address, Namespace namespace, String program, LinkSettings settings) {

  /** Returns a copy for another address, such as that of one node of a cluster. */
  BrokerAccess at(BrokerAddress other) {
    return new BrokerAccess(other, namespace, program, settings);
  }

  /** Returns a copy with other settings. */
  public BrokerAccess with(LinkSettings other) {
    return new BrokerAccess(address, namespace, program, other);
  }

  /** Returns an access with the default settings. */
  public static BrokerAccess of(BrokerAddress address, Namespace namespace, String program) {
    return new BrokerAccess(address, namespace, program, LinkSettings.DEFAULT);
  }
}
