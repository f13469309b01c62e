package dev.warrener.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A launcher with made-up JDKs and a made-up Maven: scripts that say how they were called. */
abstract class LauncherFixture {
  private static final Path SCRIPT = Path.of("..", "warrener").toAbsolutePath().normalize();

  @TempDir Path temp;

  Path folder;
  Path nothing;
  final Map<String, String> environment = new TreeMap<>();

  record Run(int status, String out, String err) {}

  @BeforeEach
  void makeFolderWithABlankInItsName() throws IOException {
    folder = Files.createDirectory(temp.resolve("a folder"));
    nothing = Files.createDirectory(temp.resolve("nothing"));
    environment.put("PATH", tools().toString());
    environment.put("HOME", nothing.toString());
  }

  /** Only what the script needs, and no Java. */
  private Path tools() throws IOException {
    var bin = Files.createDirectory(temp.resolve("tools"));
    addTools(
        bin,
        List.of(
            "cat",
            "dirname",
            "find",
            "head",
            "kill",
            "mkdir",
            "mv",
            "ps",
            "readlink",
            "rm",
            "sed",
            "sh",
            "sleep",
            "tail",
            "touch"));
    return bin;
  }

  private static void addTools(Path bin, List<String> tools) throws IOException {
    for (var tool : tools) {
      for (var place : List.of("/usr/bin", "/bin")) {
        var real = Path.of(place, tool);
        if (Files.exists(real) && !Files.exists(bin.resolve(tool))) {
          script(bin.resolve(tool), "exec " + real + " \"$@\"");
        }
      }
    }
  }

  /** Linux has the program, macOS has not: there a folder is the lock. */
  void useFlock(boolean isThere) throws IOException {
    if (isThere) {
      addTools(temp.resolve("tools"), List.of("flock"));
    }
  }

  /** A JDK that says its version and how its java was called. */
  Path jdk(String name, String version, String... programs) throws IOException {
    var home = Files.createDirectories(temp.resolve("jdks").resolve(name));
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    for (var program : programs) {
      script(
          home.resolve("bin").resolve(program),
          "printf '%s:' " + name + "; printf ' <%s>' \"$@\"; echo");
    }
    return home;
  }

  static Path script(Path file, String body) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** The launcher in a place, with the usual folders of JDKs replaced by {@link #nothing}. */
  private Path launcher(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    String script =
        Files.readString(SCRIPT)
            .replace("/usr/lib/jvm/*", "\"" + temp + "\"/jdks/found-*")
            .replace("/opt/java/openjdk", nothing.toString());
    assertThat(script).contains("found-").doesNotContain("/opt/java");
    Files.writeString(file, script);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  Path distribution() throws IOException {
    Files.createDirectories(folder.resolve("lib"));
    Files.createFile(folder.resolve("lib/warrener-ops-1.jar"));
    return launcher(folder.resolve("bin").resolve("warrener"));
  }

  /** A source tree, and a Maven that "builds" it and counts how often it was called. */
  Path sourceTree(String mvn) throws IOException {
    for (var module :
        List.of("messaging", "producer", "operator", "worker", "controller", "embedded", "ops")) {
      Files.createDirectories(folder.resolve(module).resolve("src/main"));
      Files.writeString(folder.resolve(module).resolve("pom.xml"), "<project/>");
    }
    Files.writeString(folder.resolve("pom.xml"), "<project/>");
    script(temp.resolve("tools").resolve("mvn"), "echo called >> \"" + calls() + "\"\n" + mvn);
    return launcher(folder.resolve("warrener"));
  }

  static final String BUILD =
      "mkdir -p ops/target/warrener/bin ops/target/warrener/lib; : > ops/target/warrener/bin/warrener"
          + "; : > ops/target/warrener/lib/warrener-ops-1.jar";

  Path calls() {
    return temp.resolve("calls");
  }

  Process start(Path launcher, String... arguments) throws IOException {
    var command = new ArrayList<>(List.of("/bin/sh", launcher.toString()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.start();
  }

  Run run(Path launcher, String... arguments) throws Exception {
    return end(start(launcher, arguments));
  }

  static Run end(Process process) throws Exception {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Run(process.exitValue(), out, err);
  }
}
