package dev.warrener.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EndOnErrorTest {
  private static final int PIPE_BYTES = 64 * 1024;

  @Test
  void programEndsAndSaysWhyInOneSentence() throws Exception {
    var program = start();

    assertThat(new String(program.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
        .startsWith("error: thread vital met java.lang.StackOverflowError at ")
        .endsWith("; the controller ends, and its workers with it\n")
        .hasLineCount(1);
    assertThat(program.waitFor()).isOne();
  }

  @Test
  void programEndsThoughNobodyReadsWhatItSays() throws Exception {
    var program = start("x".repeat(PIPE_BYTES));

    assertThat(program.waitFor(30, TimeUnit.SECONDS)).as("it ends").isTrue();
    assertThat(program.exitValue()).isOne();
  }

  private static Process start(String... arguments) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                EndOnErrorUnderTest.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).start();
  }
}
