package dev.warrener.controller;

import dev.warrener.controller.configuration.ControllerConfiguration;
import dev.warrener.controller.configuration.Host;
import java.time.Instant;

/** A line of the audit log about the start or the end of the controller. */
record Life(Instant at, String type, String controller, String host, long pid, String software) {
  static Life of(String type, ControllerConfiguration configuration, String software) {
    return new Life(
        Instant.now(),
        type,
        configuration.id(),
        Host.name(),
        ProcessHandle.current().pid(),
        software);
  }
}
