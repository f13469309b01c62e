package dev.warrener.controller;

import dev.warrener.controller.configuration.ConfigurationException;
import dev.warrener.controller.fleet.state.RetainedRestrictions;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.json.MalformedMessageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The file with the holds and revocations that no broker keeps, and with the orders that were
 * refused because their time of issue was too far ahead. Without any, the file does not exist.
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
    if (restrictions.isEmpty()) {
      Files.deleteIfExists(path);
    } else {
      var fresh = path.resolveSibling(path.getFileName() + ".new");
      try (var file =
          FileChannel.open(
              fresh,
              StandardOpenOption.WRITE,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        var bytes = ByteBuffer.wrap(ContractJson.write(restrictions));
        while (bytes.hasRemaining()) {
          file.write(bytes);
        }
        file.force(true);
      }
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
    try (var folder = FileChannel.open(path.toAbsolutePath().getParent())) {
      folder.force(true);
    }
  }
}
