package dev.warrener.messaging;

import java.util.Arrays;
import java.util.stream.Collectors;

/** A constant that has a name of its own in messages, on screens and on the command line. */
public interface WireName {
  /** The name in messages and on screens. */
  String wire();

  /**
   * Returns the constant with that name.
   *
   * @throws IllegalArgumentException if there is none, with the names that there are
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
