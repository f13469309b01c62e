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

/** The file that holds what a controller has to remember by itself; there is none for nothing. */
record RestrictionsFile(Path path) {
  /**
   * What a former run wrote down.
   *
   * @throws ConfigurationException if the file is there and can't be read: without it the
   *     controller might start what was stopped
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
              + "): it says what is held on this host; mend it, or remove it and give the hold again",
          e);
    }
  }

  /**
   * Writes it down; afterwards it survives a loss of power. A crash leaves the old or the new one.
   *
   * @throws IOException if it can't be written; then the old one is there
   */
  void write(RetainedRestrictions keepsake) throws IOException {
    if (keepsake.isEmpty()) {
      Files.deleteIfExists(path);
    } else {
      var fresh = path.resolveSibling(path.getFileName() + ".new");
      try (var file =
          FileChannel.open(
              fresh,
              StandardOpenOption.WRITE,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        var bytes = ByteBuffer.wrap(ContractJson.write(keepsake));
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
