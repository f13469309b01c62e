package dev.warrener.controller.configuration;

import dev.warrener.controller.process.linux.PrivateDirectory;
import dev.warrener.messaging.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder in which a controller keeps what must survive its restart and the host's: its audit
 * log, and the holds that no broker keeps. Only its user may write there; its group may read.
 */
public record StateFolder(Path folder) {
  private static final Logger LOG = LoggerFactory.getLogger(StateFolder.class);
  private static final String NAME = "warrener";

  /**
   * Makes the folder of a controller, {@code DIRECTORY/NAMESPACE/ID}.
   *
   * @param directory the directory of all controllers, or null for the first default that is
   *     writable
   * @throws ConfigurationException if the folder can't be made
   */
  public static StateFolder of(@Nullable Path directory, Namespace namespace, String controller) {
    var temporary = Path.of(System.getProperty("java.io.tmpdir"));
    var candidates = directory == null ? defaults(System.getenv(), temporary) : List.of(directory);
    IOException reason = new IOException("no directory is known");
    for (var candidate : candidates) {
      try {
        protect(candidate, temporary);
        var folder = candidate.resolve(namespace.name()).resolve(controller);
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
        PrivateDirectory.make(folder);
        if (!Files.isWritable(folder)) {
          throw new IOException(folder + " is not writable");
        }
        return new StateFolder(folder);
      } catch (IOException e) {
        LOG.debug("no state in {}: {}", candidate, e.toString());
        reason = e;
      }
    }
    throw new ConfigurationException(
        "the state directory can't be made in "
            + String.join(" or ", candidates.stream().map(Path::toString).toList())
            + " ("
            + reason.getMessage()
            + "): make it writable, or choose another with the setting state-directory",
        reason);
  }

  /**
   * Makes what is to be in the temporary folder, where another user may have made a folder of that
   * name first.
   */
  private static void protect(Path directory, Path temporary) throws IOException {
    var place = temporary;
    if (directory.startsWith(temporary)) {
      for (var name : temporary.relativize(directory)) {
        place = place.resolve(name);
        PrivateDirectory.make(place);
      }
    }
  }

  /** Returns the default directories; the first one that is writable is used. */
  static List<Path> defaults(Map<String, String> environment, Path temporary) {
    var places = new ArrayList<Path>();
    var systemd = environment.getOrDefault("STATE_DIRECTORY", "");
    if (!systemd.isEmpty()) {
      places.add(Path.of(systemd.split(":", 2)[0]));
    }
    var xdg = environment.getOrDefault("XDG_STATE_HOME", "");
    if (!xdg.isEmpty()) {
      places.add(Path.of(xdg, NAME));
    }
    places.add(Path.of("/var/lib", NAME));
    var home = environment.getOrDefault("HOME", "");
    if (!home.isEmpty()) {
      places.add(Path.of(home, ".local", "state", NAME));
    }
    var user = Objects.requireNonNullElse(System.getProperty("user.name"), "");
    places.add(temporary.resolve(NAME + "-" + user).resolve("state"));
    return List.copyOf(places);
  }

  /** The audit log. */
  public Path auditLog() {
    return folder.resolve("audit.jsonl");
  }

  /** The file with the holds and revocations that no broker keeps. */
  public Path restrictions() {
    return folder.resolve("keepsake.json");
  }

  /** The file with the runs of suspect tasks. */
  public Path runs() {
    return folder.resolve("runs.json");
  }

  /** The file with the kills that are under way. */
  public Path kills() {
    return folder.resolve("kills.json");
  }
}
