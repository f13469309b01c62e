package dev.warrener.controller;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file of the state directory that is always replaced as a whole: the new content is written
 * beside it, and then takes its name in one step.
 */
record StateFile(Path path) {
  /** Writes the new content beside the file. The caller forces it to the disk, and closes it. */
  FileChannel writeFresh(byte[] content) throws IOException {
    var file =
        FileChannel.open(
            fresh(),
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING);
    try {
      var bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
      return file;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /** Gives the new content the file's name: whoever reads it finds the old content or the new. */
  void replace() throws IOException {
    Files.move(fresh(), path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Removes the file, and what was written beside it. */
  void delete() throws IOException {
    Files.deleteIfExists(path);
    Files.deleteIfExists(fresh());
  }

  /** Returns when the disk has the names of the folder's files. */
  void forceFolder() throws IOException {
    try (var folder = FileChannel.open(path.toAbsolutePath().getParent())) {
      folder.force(true);
    }
  }

  private Path fresh() {
    return path.resolveSibling(path.getFileName() + ".new");
  }
}
