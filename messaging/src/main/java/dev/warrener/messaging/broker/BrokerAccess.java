package dev.warrener.messaging.broker;

import dev.warrener.messaging.Namespace;

/**
 * All that is needed to talk to a fleet's broker. Immutable; opens nothing by itself.
 *
 * @param address where the broker is and who connects
 * @param namespace of the fleet
 * @param program who this is, such as {@code controller web-1}: the connections' names at the
 *     broker start with it
 * @param settings how connections are kept up
 */
public record BrokerAccess(
    BrokerAddress address, Namespace namespace, String program, LinkSettings settings) {

  /** Access with the default settings. */
  public static BrokerAccess of(BrokerAddress address, Namespace namespace, String program) {
    return new BrokerAccess(address, namespace, program, LinkSettings.DEFAULT);
  }
}
