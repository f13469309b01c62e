package dev.warrener.controller.process;

import dev.warrener.worker.process.Worker;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;

/**
 * Copies of the classes that a controller under test needs, where every user may read them: a build
 * in root's home is closed to others.
 */
public final class OpenClassPath {
  private OpenClassPath() {}

  /** Copies what the process layer needs into a directory and returns the class path. */
  static String copyTo(Path directory) throws IOException, URISyntaxException {
    return copyTo(
        directory,
        List.of(WorkerProcesses.class, MisdeedsUnderTest.class, Worker.class, Logger.class));
  }

  /** Copies the jars or folders of these classes into a directory and returns the class path. */
  public static String copyTo(Path directory, List<Class<?>> classes)
      throws IOException, URISyntaxException {
    var places = new LinkedHashSet<Path>();
    for (Class<?> each : classes) {
      places.add(Path.of(each.getProtectionDomain().getCodeSource().getLocation().toURI()));
    }
    var copies = new ArrayList<String>();
    for (Path place : places) {
      Path target = directory.resolve(copies.size() + "-" + place.getFileName());
      try (Stream<Path> files = Files.walk(place)) {
        for (Path file : files.toList()) {
          Path copy = target.resolve(place.relativize(file).toString());
          Files.copy(file, copy);
          Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
      }
      copies.add(target.toString());
    }
    return String.join(":", copies);
  }
}
