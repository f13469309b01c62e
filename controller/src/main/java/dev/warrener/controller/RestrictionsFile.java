package dev.warrener.controller;

import dev.warrener.controller.configuration.ConfigurationException;
import dev.warrener.controller.fleet.state.RetainedRestrictions;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.json.MalformedMessageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The file with the holds and revocations that no broker keeps, and with the orders that were
 * refused for good. Without any, the file does not exist.
 */
record RestrictionsFile(Path path) {
  /**
   * Returns the restrictions that a former run has written.
   *
   * @throws ConfigurationException if the file exists and can't be read: without it the controller
   *     might start work that was stopped
   */
  RetainedRestrictions read() {
    if (!Files.exists(path)) {
      return RetainedRestrictions.NONE;
    }
    try {
      return ContractJson.read(Files.readAllBytes(path), RetainedRestrictions.class);
    } catch (IOException | MalformedMessageException e) {
      throw new ConfigurationException(
          "the file "
              + path
              + " can't be read ("
              + e.getMessage()
              + "): it says what is held on this host; repair it, or remove it and give the hold again",
          e);
    }
  }

  /**
   * Writes the restrictions, so that they survive a loss of power. A crash leaves either the old or
   * the new file.
   *
   * @throws IOException if they can't be written; the old file is then unchanged
   */
  void write(RetainedRestrictions restrictions) throws IOException {
    var state = new StateFile(path);
    if (restrictions.isEmpty()) {
      state.delete();
    } else {
      try (var file = state.writeFresh(ContractJson.write(restrictions))) {
        file.force(true);
      }
      state.replace();
    }
    state.forceFolder();
  }
}
