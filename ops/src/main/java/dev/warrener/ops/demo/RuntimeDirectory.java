package dev.warrener.ops.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/**
 * A directory for a controller's lock that nobody else uses, so that two demos on one host don't
 * take each other for the same controller. Closing removes it.
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

  /** Where it is. */
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
