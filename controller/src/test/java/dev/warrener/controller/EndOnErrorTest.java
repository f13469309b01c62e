package dev.warrener.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.process.Await;
import dev.warrener.controller.process.linux.Stat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EndOnErrorTest {
  private static final int PIPE_BYTES = 64 * 1024;

  @Test
  void programEndsAndSaysWhyInOneSentence() throws Exception {
    var program = start(EndOnErrorUnderTest.class, "error");

    assertThat(errors(program))
        .startsWith("error: thread vital met java.lang.StackOverflowError at ")
        .endsWith("; the controller ends, and its workers with it\n")
        .hasLineCount(1);
    assertThat(program.waitFor()).isOne();
  }

  @Test
  void programEndsByAnExceptionThatNobodyCaughtToo() throws Exception {
    var program = start(EndOnErrorUnderTest.class, "exception");

    assertThat(errors(program))
        .startsWith("error: thread vital met java.lang.IllegalStateException: staged")
        .endsWith("; the controller ends, and its workers with it\n")
        .hasLineCount(1);
    assertThat(program.waitFor()).isOne();
  }

  @Test
  void programGoesOnWithoutAThreadOfALibraryButNotAfterItsError() throws Exception {
    var program = start(EndOnErrorUnderTest.class, "expendable");

    assertThat(program.inputReader().readAllAsString()).contains("goes on");
    assertThat(errors(program)).contains("error: thread library-2 met java.lang.StackOverflowError");
    assertThat(program.waitFor()).isOne();
  }

  @Test
  void programEndsThoughNobodyReadsWhatItSays() throws Exception {
    var program = start(EndOnErrorUnderTest.class, "error", "x".repeat(PIPE_BYTES));

    assertThat(program.waitFor(30, TimeUnit.SECONDS)).as("it ends").isTrue();
    assertThat(program.exitValue()).isOne();
  }

  @Test
  void controllerWhoseOwnerThreadDiesEndsAndItsWorkersAreDead(@TempDir Path locks)
      throws Exception {
    var controller = start(OwnerUnderTest.class, locks.toString());
    var up = upLine(controller);
    long pid = Long.parseLong(up.substring("up ".length()));
    var worker = Objects.requireNonNull(Stat.of(pid), up).id();

    controller.getOutputStream().write('\n');
    controller.getOutputStream().flush();

    assertThat(errors(controller))
        .contains("error: thread fleet-loop met java.lang.IllegalStateException: a bug");
    assertThat(controller.waitFor()).isOne();
    Await.until(() -> !Stat.isAlive(worker));
  }

  private static String upLine(Process controller) throws IOException {
    var lines = controller.inputReader();
    String line;
    while ((line = lines.readLine()) != null) {
      if (line.startsWith("up ")) {
        return line;
      }
    }
    throw new AssertionError("the controller ended: " + errors(controller));
  }

  private static String errors(Process program) throws IOException {
    return new String(program.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static Process start(Class<?> main, String... arguments) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).start();
  }
}
