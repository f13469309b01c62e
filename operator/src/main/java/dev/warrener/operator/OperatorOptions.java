package dev.warrener.operator;

import dev.warrener.messaging.Namespace;
import java.time.Duration;

/**
 * The options of an {@link Operator}. Immutable.
 *
 * @param namespace the fleet's namespace; {@code warrener} by default
 * @param program the name under which the broker shows the connections; {@code operator} by default
 * @param issuedBy who gives the orders, for the record; the name of the process's user by default.
 *     It proves nothing: the user at the broker does
 * @param confirmTimeout how long a kill, hold or resume waits for the controllers' confirmations,
 *     after the grace of a kill; 10 s by default
 * @param drainTimeout how long a drain waits for running tasks; 1 h by default
 */
public record OperatorOptions(
    Namespace namespace,
    String program,
    String issuedBy,
    Duration confirmTimeout,
    Duration drainTimeout) {

  /** The defaults. */
  public static final OperatorOptions DEFAULT =
      new OperatorOptions(
          Namespace.DEFAULT,
          "operator",
          System.getProperty("user.name", ""),
          Duration.ofSeconds(10),
          Duration.ofHours(1));

  public OperatorOptions {
    requirePositive("confirmTimeout", confirmTimeout);
    requirePositive("drainTimeout", drainTimeout);
    if (program.isBlank()) {
      throw new IllegalArgumentException("program must not be blank");
    }
  }

  private static void requirePositive(String what, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(what + " must be longer than 0, not " + value);
    }
  }

  /** Returns a copy for the fleet of another namespace. */
  public OperatorOptions withNamespace(Namespace other) {
    return new OperatorOptions(other, program, issuedBy, confirmTimeout, drainTimeout);
  }

  /** Returns a copy with another name for the connections. */
  public OperatorOptions withProgram(String other) {
    return new OperatorOptions(namespace, other, issuedBy, confirmTimeout, drainTimeout);
  }

  /** Returns a copy with another name in the orders. */
  public OperatorOptions withIssuedBy(String other) {
    return new OperatorOptions(namespace, program, other, confirmTimeout, drainTimeout);
  }

  /** Returns a copy that waits this long for confirmations. */
  public OperatorOptions withConfirmTimeout(Duration other) {
    return new OperatorOptions(namespace, program, issuedBy, other, drainTimeout);
  }

  /** Returns a copy that waits this long for drained tasks. */
  public OperatorOptions withDrainTimeout(Duration other) {
    return new OperatorOptions(namespace, program, issuedBy, confirmTimeout, other);
  }
}
