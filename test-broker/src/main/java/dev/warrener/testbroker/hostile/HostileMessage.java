package dev.warrener.testbroker.hostile;

import java.nio.charset.StandardCharsets;

/**
 * A message that was generated.
 *
 * @param serial its number, from 0; the body has it, whatever has become of the properties
 * @param properties the properties as they are published
 * @param fault what is wrong with it
 * @param broken a word of the sentence that says so: the name of the property or header without
 *     what it begins with; empty where the fault says all
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

  /** Returns the body: JSON with the serial number. */
  public byte[] body() {
    return ("{\"serial\":" + serial + "}").getBytes(StandardCharsets.UTF_8);
  }
}
