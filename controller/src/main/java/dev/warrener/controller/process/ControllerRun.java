package dev.warrener.controller.process;

import java.security.SecureRandom;

/**
 * One run of a controller: its id, and a random number that no other run has. Worker processes
 * carry both, so that what a dead controller left behind can be recognised.
 *
 * @param controllerId the controller's id
 * @param number random, from 1 to 2147483647
 */
public record ControllerRun(String controllerId, int number) {
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Checks that the number is positive, and that the id can be part of a file's name. */
  public ControllerRun {
    if (number < 1) {
      throw new IllegalArgumentException("the number of a run is at least 1, not " + number);
    }
    if (!controllerId.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,127}")) {
      throw new IllegalArgumentException(
          "a controller's id has 1 to 128 letters, digits, dots, dashes and underscores and begins"
              + " with a letter or digit, not: "
              + controllerId);
    }
  }

  /** A new run of that controller. */
  public static ControllerRun begin(String controllerId) {
    return new ControllerRun(controllerId, RANDOM.nextInt(Integer.MAX_VALUE) + 1);
  }
}
