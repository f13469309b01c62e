package dev.warrener.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher of a distribution. */
class LauncherTest extends LauncherFixture {
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

  /** They are commands that look and end, though their first word is that of the daemon. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "controller list",
        "controller show c1",
        "--namespace controller controller -o json list"
      })
  void lookingAtControllersStartsAsQuicklyAsAnyCommand(String call) throws Exception {
    environment.put("JAVA_HOME", jdk("home", "25.0.3", "java").toString());
    var launcher = distribution();

    assertThat(run(launcher, call.split(" ", -1)).out())
        .contains("<-XX:TieredStopAtLevel=1>")
        .doesNotContain("ExitOnOutOfMemoryError");
    assertThat(run(launcher, "controller", "--exec", "list").out())
        .contains("ExitOnOutOfMemoryError");
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--namespace=x controller",
        "--namespace x controller",
        "-q -o json --broker amqp://b controller --queue a"
      })
  void controllerIsFoundBehindOptions(String call) throws Exception {
    environment.put("JAVA_HOME", jdk("home", "25.0.3", "java").toString());
    var launcher = distribution();
    Files.createFile(folder.resolve("lib/controller.aot"));

    assertThat(run(launcher, call.split(" ", -1)).out())
        .contains("/lib/controller.aot>")
        .doesNotContain("TieredStopAtLevel")
        .contains(" <controller>");
  }

  @Test
  void valueOfAnOptionIsNoCommand() throws Exception {
    environment.put("JAVA_HOME", jdk("home", "25.0.3", "java").toString());

    assertThat(run(distribution(), "--namespace", "controller", "kill").out())
        .contains("TieredStopAtLevel");
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
}
