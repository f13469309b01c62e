package dev.warrener.ops.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/**
 * A runtime directory for one demo alone, so that two demos on a host do not compete for the same
 * controller's lock. Closing removes it.
 */
public final class RuntimeDirectory implements AutoCloseable {
  private final Path path;

  private RuntimeDirectory(Path path) {
    this.path = path;
  }

  /** Makes one, which only this user can read. */
  public static RuntimeDirectory create() throws IOException {
    return new RuntimeDirectory(Files.createTempDirectory("warrener-"));
  }

  /** Returns its path. */
  public Path path() {
    return path;
  }

  @Override
  public void close() {
    try (var files = Files.walk(path)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // It is in the temporary directory: the system removes what is left.
    }
  }
}
