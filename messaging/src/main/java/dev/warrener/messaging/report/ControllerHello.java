package dev.warrener.messaging.report;

import dev.warrener.messaging.Contract;

/**
 * The first line of a controller to whoever connects to its control socket.
 *
 * @param version of the contract, 1
 * @param type {@code controller.hello}
 * @param controller its id
 * @param host the host that it runs on
 * @param namespace of its fleet
 * @param pid its process id
 * @param software the release of Warrener that it runs
 * @param connected whether it has the broker, as far as it knows
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

  /** What {@code type} says. */
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
