package dev.warrener.messaging;

import java.util.Arrays;
import java.util.stream.Collectors;

/** A constant that is written under its own name in messages, on screens and in commands. */
public interface WireName {
  /** Returns the name in messages and on screens. */
  String wire();

  /**
   * Returns the constant with that name.
   *
   * @param what the kind of constant, for the error: "outcome", "fate"
   * @throws IllegalArgumentException if there is none; the message lists the names
   */
  static <T extends WireName> T find(String what, T[] constants, String wire) {
    return Arrays.stream(constants)
        .filter(constant -> constant.wire().equals(wire))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "unknown "
                    + what
                    + " \""
                    + wire
                    + "\": use "
                    + Arrays.stream(constants)
                        .map(WireName::wire)
                        .collect(Collectors.joining(", "))));
  }
}
