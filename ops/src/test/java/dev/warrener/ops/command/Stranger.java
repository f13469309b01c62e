package dev.warrener.ops.command;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Another user of this host, {@code nobody}. Only root can become one. */
final class Stranger {
  /** What commands need of the class path: our own classes, and a few libraries. */
  private static final Pattern NEEDED =
      Pattern.compile(
          "(?<![.]jar)$|warrener|picocli|jackson|slf4j|logback|jspecify|pcollections|amqp|resilience4j");

  private final String classPath;
  private final String group;

  private Stranger(String classPath, String group) {
    this.classPath = classPath;
    this.group = group;
  }

  /** Returns the same user in another group. */
  Stranger withGroup(String other) {
    return new Stranger(classPath, other);
  }

  /** Whether this JVM may run programs as another user. */
  static boolean isPossible() {
    return "root".equals(System.getProperty("user.name"));
  }

  /** Copies the class path into a folder: it may be in somebody's home, where nobody can look. */
  static Stranger in(Path folder) throws IOException {
    var copies = folder.resolve("class-path");
    Files.createDirectories(
        copies, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    var entries = new ArrayList<String>();
    for (var entry :
        System.getProperty("java.class.path").split(Pattern.quote(File.pathSeparator), -1)) {
      var from = Path.of(entry);
      if (NEEDED.matcher(entry).find() && Files.exists(from)) {
        var to = copies.resolve(Integer.toString(entries.size()));
        copy(from, to);
        entries.add(to.toString());
      }
    }
    return new Stranger(String.join(File.pathSeparator, entries), "65534");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (var file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  /** Starts a program of this class path. */
  Process start(Map<String, String> environment, Class<?> main, String... arguments)
      throws IOException {
    var words =
        new ArrayList<>(
            List.of(
                "setpriv",
                "--reuid=65534",
                "--regid=" + group,
                "--clear-groups",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                classPath,
                main.getName()));
    words.addAll(List.of(arguments));
    var builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.environment().putAll(environment);
    return builder.start();
  }
}
