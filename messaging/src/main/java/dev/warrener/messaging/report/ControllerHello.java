package dev.warrener.messaging.report;

import dev.warrener.messaging.Contract;

/**
 * The first line that a controller sends over its control socket.
 *
 * @param version the version of the contract, 1
 * @param type {@code controller.hello}
 * @param controller its id
 * @param host the host that it runs on
 * @param namespace the namespace of its fleet
 * @param pid its process id
 * @param software the release of Warrener that it runs
 * @param connected whether it is connected to the broker, as far as it knows
 */
public record ControllerHello(
    int version,
    String type,
    String controller,
    String host,
    String namespace,
    long pid,
    String software,
    boolean connected) {

  /** The value of {@code type}. */
  public static final String TYPE = "controller.hello";

  public ControllerHello {
    if (version != Contract.VERSION || !type.equals(TYPE)) {
      throw new IllegalArgumentException(
          "not a "
              + TYPE
              + " of version "
              + Contract.VERSION
              + " but "
              + type
              + " of version "
              + version);
    }
  }

  /** Returns the greeting of a controller, in the version that this library writes. */
  public static ControllerHello of(
      String controller,
      String host,
      String namespace,
      long pid,
      String software,
      boolean connected) {
    return new ControllerHello(
        Contract.VERSION, TYPE, controller, host, namespace, pid, software, connected);
  }
}
