package dev.warrener.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher in a source tree, which it builds. */
class LauncherBuildTest extends LauncherFixture {
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

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void failedBuildShowsTheEndOfItsLogAndLeavesNoLock(boolean hasFlock) throws Exception {
    useFlock(hasFlock);
    environment.put("JAVA_HOME", jdk("home", "25.0.3", "java", "javac").toString());
    var launcher = sourceTree("echo 'no such symbol'; exit 1");

    for (int call = 0; call < 2; call++) {
      var run = run(launcher, "status");

      assertThat(run.status()).isEqualTo(1);
      assertThat(run.out()).isEmpty();
      assertThat(run.err())
          .contains("error: the build failed")
          .endsWith("no such symbol\n")
          .doesNotContain("waiting");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void concurrentFirstCallsBuildOnce(boolean hasFlock) throws Exception {
    useFlock(hasFlock);
    environment.put("JAVA_HOME", jdk("home", "25.0.3", "java", "javac").toString());
    // The build lasts until the other call waits for the lock.
    var both = temp.resolve("both");
    var launcher = sourceTree("while [ ! -e \"" + both + "\" ]; do sleep 0.1; done\n" + BUILD);

    var first = start(launcher, "status");
    awaitLine(first, "Building warrener");
    var second = start(launcher, "status");
    awaitLine(second, "Another call builds warrener; waiting for it, for 900 s at most");
    Files.createFile(both);

    assertThat(end(first).status()).isZero();
    assertThat(end(second).status()).isZero();
    assertThat(calls()).hasContent("called");
  }

  private static void awaitLine(Process process, String beginning) throws IOException {
    assertThat(process.errorReader(StandardCharsets.UTF_8).readLine()).startsWith(beginning);
  }

  /** The lock names a process that is there; but that is another one than the one that took it. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void lockWhoseNumberIsAnotherProcessByNowHoldsNobodyUp(boolean hasFlock) throws Exception {
    useFlock(hasFlock);
    environment.put("JAVA_HOME", jdk("home", "25.0.3", "java", "javac").toString());
    environment.put("WARRENER_BUILD_PATIENCE", "20");
    var launcher = sourceTree(BUILD);
    var lock = Files.createDirectories(folder.resolve("target/.building.lock.folder"));
    Files.writeString(
        lock.resolve("owner"), ProcessHandle.current().pid() + " Mon Jan  1 00:00:00 2024\n");

    assertThat(run(launcher, "status").status()).isZero();
    assertThat(calls()).hasContent("called");
  }

  @Test
  void lockOfAProcessThatIsGoneIsTakenOver() throws Exception {
    environment.put("JAVA_HOME", jdk("home", "25.0.3", "java", "javac").toString());
    var launcher = sourceTree(BUILD);
    var gone = new ProcessBuilder("/bin/sh", "-c", "exit 0").start();
    gone.waitFor();
    var lock = Files.createDirectories(folder.resolve("target/.building.lock.folder"));
    Files.writeString(lock.resolve("owner"), gone.pid() + " Mon Jan  1 00:00:00 2024\n");

    assertThat(run(launcher, "status").status()).isZero();
    assertThat(calls()).hasContent("called");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void waitForAnotherBuildIsBounded(boolean hasFlock) throws Exception {
    useFlock(hasFlock);
    environment.put("JAVA_HOME", jdk("home", "25.0.3", "java", "javac").toString());
    environment.put("WARRENER_BUILD_PATIENCE", "1");
    var never = temp.resolve("never");
    var launcher = sourceTree("while [ ! -e \"" + never + "\" ]; do sleep 0.1; done\n" + BUILD);
    var first = start(launcher, "status");
    awaitLine(first, "Building warrener");

    var second = run(launcher, "status");

    assertThat(second.status()).isEqualTo(1);
    assertThat(second.err())
        .contains("waiting for it, for 1 s at most")
        .contains("error: another call has been building warrener for more than 1 s");
    Files.createFile(never);
    assertThat(end(first).status()).isZero();
  }
}
