package dev.warrener.testbroker.hostile;

import java.nio.charset.StandardCharsets;

/**
 * A message that was generated.
 *
 * @param serial its number, from 0; the body has it, whatever has become of the properties
 * @param properties the properties as they are published
 * @param fault what is wrong with it
 * @param broken the name of the property or header, in the words of the sentence that says so; empty
 *     where the fault says all
 */
public record HostileMessage(int serial, RawProperties properties, Fault fault, String broken) {

  /** What is wrong with a message. */
  public enum Fault {
    /** Nothing: odd, but a task like any other. */
    NONE,
    /** A header is nested deeper than a client reads. */
    TOO_DEEP,
    /** A header, at any depth, is not UTF-8. */
    HEADER_NOT_UTF_8,
    /** A property is not UTF-8. */
    PROPERTY_NOT_UTF_8,
    /** A property that the contract requires is missing. */
    PROPERTY_MISSING,
    /** A header of the contract has a value that the contract does not allow. */
    HEADER_OF_WRONG_TYPE,
    /** No worker has its handler. */
    UNKNOWN_HANDLER
  }

  /** Whether it must end as a dead letter. */
  public boolean isBad() {
    return fault != Fault.NONE;
  }

  /** Whether its dead letter, put back, ends as a dead letter again, and does not run. */
  public boolean isBadAgain() {
    return switch (fault) {
      case NONE, TOO_DEEP, HEADER_NOT_UTF_8 -> false;
      // Question marks are the name of no handler, and are good in the other properties.
      case PROPERTY_NOT_UTF_8 -> broken.equals("type");
      case PROPERTY_MISSING, UNKNOWN_HANDLER -> true;
      // Whoever puts it back replaces these.
      case HEADER_OF_WRONG_TYPE ->
          !broken.equals("x-expires-at") && !broken.equals("x-requeued-at");
    };
  }

  /** Returns the body: JSON with the serial number. */
  public byte[] body() {
    return ("{\"serial\":" + serial + "}").getBytes(StandardCharsets.UTF_8);
  }
}
