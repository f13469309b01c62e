package dev.warrener.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher, with made-up JDKs and a made-up Maven: scripts that say how they were called. */
class LauncherTest {
  private static final Path SCRIPT = Path.of("..", "warrener").toAbsolutePath().normalize();

  @TempDir private Path temp;

  private Path folder;
  private Path nothing;
  private final Map<String, String> environment = new TreeMap<>();

  private record Run(int status, String out, String err) {}

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
    for (var tool :
        List.of(
            "cat",
            "dirname",
            "find",
            "head",
            "kill",
            "mkdir",
            "mv",
            "readlink",
            "rm",
            "sed",
            "sh",
            "sleep",
            "tail",
            "touch")) {
      for (var place : List.of("/usr/bin", "/bin")) {
        var real = Path.of(place, tool);
        if (Files.exists(real) && !Files.exists(bin.resolve(tool))) {
          script(bin.resolve(tool), "exec " + real + " \"$@\"");
        }
      }
    }
    return bin;
  }

  /** A JDK that says its version and how its java was called. */
  private Path jdk(String name, String version, String... programs) throws IOException {
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

  private static Path script(Path file, String body) throws IOException {
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

  private Path distribution() throws IOException {
    Files.createDirectories(folder.resolve("lib"));
    Files.createFile(folder.resolve("lib/warrener-ops-1.jar"));
    return launcher(folder.resolve("bin").resolve("warrener"));
  }

  /** A source tree, and a Maven that "builds" it and counts how often it was called. */
  private Path sourceTree(String mvn) throws IOException {
    for (var module :
        List.of("messaging", "producer", "operator", "worker", "controller", "embedded", "ops")) {
      Files.createDirectories(folder.resolve(module).resolve("src/main"));
      Files.writeString(folder.resolve(module).resolve("pom.xml"), "<project/>");
    }
    Files.writeString(folder.resolve("pom.xml"), "<project/>");
    script(temp.resolve("tools").resolve("mvn"), "echo called >> \"" + calls() + "\"\n" + mvn);
    return launcher(folder.resolve("warrener"));
  }

  private static final String BUILD =
      "mkdir -p ops/target/warrener/bin ops/target/warrener/lib; : > ops/target/warrener/bin/warrener"
          + "; : > ops/target/warrener/lib/warrener-ops-1.jar";

  private Path calls() {
    return temp.resolve("calls");
  }

  private Process start(Path launcher, String... arguments) throws IOException {
    var command = new ArrayList<>(List.of("/bin/sh", launcher.toString()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.start();
  }

  private Run run(Path launcher, String... arguments) throws Exception {
    return end(start(launcher, arguments));
  }

  private static Run end(Process process) throws Exception {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Run(process.exitValue(), out, err);
  }

  @Test
  void distributionStartsWithTheJarsBesideIt() throws Exception {
    environment.put("JAVA_HOME", jdk("home", "25.0.3", "java").toString());

    var run = run(distribution(), "kill", "--all", "-m", "two words");

    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .startsWith(
            "home: <-XX:+UseSerialGC> <-XX:TieredStopAtLevel=1>"
                + " <-Djdk.reflect.useNativeAccessorOnly=true>")
        .endsWith(
            " <-jar> <" + folder + "/lib/warrener-ops-1.jar> <kill> <--all> <-m> <two words>\n")
        .doesNotContain("AOTCache");
  }

  /** Each takes a few milliseconds, while workers live. */
  @Test
  void usualCallStartsNoOtherProgramBeforeJava() throws Exception {
    environment.put("JAVA_HOME", jdk("home", "25.0.3", "java").toString());
    environment.put("PATH", nothing.toString());

    var run = run(distribution(), "kill", "--all");

    assertThat(run.err()).isEmpty();
    assertThat(run.out()).startsWith("home:").endsWith(" <kill> <--all>\n");
  }

  @Test
  void cacheIsUsedIfThereIsOne() throws Exception {
    environment.put("JAVA_HOME", jdk("home", "25.0.3", "java").toString());
    var launcher = distribution();
    Files.createFile(folder.resolve("lib/warrener.aot"));

    var run = run(launcher, "kill", "--all");

    assertThat(run.out()).contains(" <-XX:AOTCache=" + folder + "/lib/warrener.aot> <-jar>");
  }

  @Test
  void controllerHasACacheOfItsOwn() throws Exception {
    environment.put("JAVA_HOME", jdk("home", "25.0.3", "java").toString());
    var launcher = distribution();
    Files.createFile(folder.resolve("lib/warrener.aot"));
    Files.createFile(folder.resolve("lib/controller.aot"));

    var run = run(launcher, "controller");

    assertThat(run.out()).contains(" <-XX:AOTCache=" + folder + "/lib/controller.aot> <-jar>");
  }

  @Test
  void controllerEndsWhenItHasNoMemory() throws Exception {
    environment.put("JAVA_HOME", jdk("home", "25.0.3", "java").toString());

    var run = run(distribution(), "controller");

    assertThat(run.out()).contains(" <-XX:+ExitOnOutOfMemoryError>");
  }

  @Test
  void whoAsksForCachesThatCanNotBeMadeIsTold() throws Exception {
    environment.put("JAVA_HOME", jdk("home", "25.0.3", "java").toString());

    var run = run(distribution(), "--train");

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).contains("error: a cache could not be made: all works without it");
  }

  @Test
  void controllerGetsBothCompilers() throws Exception {
    environment.put("JAVA_HOME", jdk("home", "25.0.3", "java").toString());

    assertThat(run(distribution(), "controller").out()).doesNotContain("TieredStopAtLevel");
  }

  @Test
  void linksAreFollowed() throws Exception {
    environment.put("JAVA_HOME", jdk("home", "25.0.3", "java").toString());
    var real = distribution();
    var elsewhere = Files.createDirectory(temp.resolve("else where"));
    var first = Files.createSymbolicLink(elsewhere.resolve("one"), real);
    var second = Files.createSymbolicLink(elsewhere.resolve("two"), elsewhere.relativize(first));

    assertThat(run(second, "status").out()).contains("<" + folder + "/lib/warrener-ops-1.jar>");
  }

  @Test
  void namedJdkGoesBeforeAllOthers() throws Exception {
    environment.put("JAVA_HOME", jdk("home", "25.0.3", "java").toString());
    environment.put("WARRENER_JAVA_HOME", jdk("named", "26", "java").toString());

    assertThat(run(distribution(), "status").out()).startsWith("named:");
  }

  @Test
  void olderJdksArePassedOver() throws Exception {
    environment.put("JAVA_HOME", jdk("home", "17.0.15", "java").toString());
    Files.createSymbolicLink(
        temp.resolve("tools").resolve("java"),
        jdk("on-path", "21.0.1", "java").resolve("bin/java"));
    jdk("found-11", "11.0.2", "java");
    jdk("found-25", "25", "java");

    assertThat(run(distribution(), "status").out()).startsWith("found-25:");
  }

  @Test
  void jdkOnThePathIsFoundThroughItsLinks() throws Exception {
    var home = jdk("on-path", "25.0.3", "java");
    var alternatives =
        Files.createSymbolicLink(temp.resolve("alternative"), home.resolve("bin/java"));
    Files.createSymbolicLink(temp.resolve("tools").resolve("java"), alternatives);

    assertThat(run(distribution(), "status").out()).startsWith("on-path:");
  }

  @Test
  void missingJdkIsSaidInOneSentence() throws Exception {
    environment.put("JAVA_HOME", jdk("home", "17.0.15", "java").toString());

    var run = run(distribution(), "status");

    assertThat(run.status()).isEqualTo(78);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .isEqualTo(
            "error: warrener needs Java 25 and found none: install one (Eclipse Temurin 25, say), or"
                + " set WARRENER_JAVA_HOME to the folder of one\n");
  }

  @Test
  void wrongNamedJdkIsNamed() throws Exception {
    environment.put("WARRENER_JAVA_HOME", "/does/not/exist");

    var run = run(distribution(), "status");

    assertThat(run.status()).isEqualTo(78);
    assertThat(run.err()).contains("/does/not/exist (WARRENER_JAVA_HOME) is none").hasLineCount(1);
  }

  @Test
  void sourceTreeIsBuiltOnceAndSaysSo() throws Exception {
    var home = jdk("home", "25.0.3", "java", "javac");
    environment.put("JAVA_HOME", home.toString());
    var launcher = sourceTree(BUILD + "; echo \"$JAVA_HOME\" > built-with");

    var first = run(launcher, "status");
    var second = run(launcher, "status");

    assertThat(first.status()).isZero();
    assertThat(first.err())
        .isEqualTo("Building warrener with " + home + ", once; this takes a minute or two ...\n");
    assertThat(first.out()).contains("<" + folder + "/ops/target/warrener/lib/warrener-ops-1.jar>");
    assertThat(folder.resolve("built-with")).hasContent(home.toString());
    assertThat(second.err()).isEmpty();
    assertThat(calls()).hasContent("called");
  }

  @Test
  void newerSourceIsBuiltAgain() throws Exception {
    environment.put("JAVA_HOME", jdk("home", "25.0.3", "java", "javac").toString());
    var launcher = sourceTree(BUILD);
    run(launcher, "status");
    var source = Files.writeString(folder.resolve("worker/src/main/New.java"), "class New {}");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));

    run(launcher, "status");

    assertThat(calls()).hasContent("called\ncalled");
  }

  @Test
  void jreCantBuild() throws Exception {
    environment.put("JAVA_HOME", jdk("home", "25.0.3", "java").toString());

    var run = run(sourceTree(BUILD), "status");

    assertThat(run.status()).isEqualTo(78);
    assertThat(run.err())
        .contains("warrener needs a JDK 25 (javac) and found none")
        .hasLineCount(1);
    assertThat(calls()).doesNotExist();
  }

  @Test
  void missingMavenIsSaidInOneSentence() throws Exception {
    environment.put("JAVA_HOME", jdk("home", "25.0.3", "java", "javac").toString());
    var launcher = sourceTree(BUILD);
    Files.delete(temp.resolve("tools").resolve("mvn"));

    var run = run(launcher, "status");

    assertThat(run.status()).isEqualTo(78);
    assertThat(run.err()).startsWith("error: building warrener needs Maven").hasLineCount(1);
  }

  @Test
  void failedBuildShowsTheEndOfItsLogAndLeavesNoLock() throws Exception {
    environment.put("JAVA_HOME", jdk("home", "25.0.3", "java", "javac").toString());
    var launcher = sourceTree("echo 'no such symbol'; exit 1");

    var run = run(launcher, "status");

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("error: the build failed").endsWith("no such symbol\n");
    assertThat(folder.resolve("target/.building")).doesNotExist();
  }

  @Test
  void concurrentFirstCallsBuildOnce() throws Exception {
    environment.put("JAVA_HOME", jdk("home", "25.0.3", "java", "javac").toString());
    // The build lasts until both have come: the second one waits for the lock meanwhile.
    var both = temp.resolve("both");
    var launcher = sourceTree("while [ ! -e \"" + both + "\" ]; do sleep 0.1; done\n" + BUILD);

    var first = start(launcher, "status");
    var second = start(launcher, "status");
    Files.createFile(both);

    assertThat(end(first).status()).isZero();
    assertThat(end(second).status()).isZero();
    assertThat(calls()).hasContent("called");
  }

  @Test
  void lockOfAProcessThatIsGoneIsTakenOver() throws Exception {
    environment.put("JAVA_HOME", jdk("home", "25.0.3", "java", "javac").toString());
    var launcher = sourceTree(BUILD);
    var gone = new ProcessBuilder("/bin/sh", "-c", "exit 0").start();
    gone.waitFor();
    var lock = Files.createDirectories(folder.resolve("target/.building"));
    Files.writeString(lock.resolve("pid"), gone.pid() + "\n");

    assertThat(run(launcher, "status").status()).isZero();
    assertThat(calls()).hasContent("called");
  }
}
