package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.e2e.fixture.CommandResult;
import dev.warrener.e2e.fixture.TestFleet;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The handler of {@code examples/java-handler}, compiled for Java 17 against this build and run
 * with the commands of its page.
 */
@Tag("processes")
class JavaHandlerExampleIT {
  private static final Path EXAMPLE = Path.of("..", "examples", "java-handler");

  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  @Test
  void runsFailsAndIsKilledAsItsPageSays() throws IOException {
    fleet.controller("java", "--queue", "numbers=1", "--handlers", jar().toString());

    var good = fleet.run("publish", "numbers", "primes", "100000", "--wait").succeeded();
    assertThat(text(good)).contains("succeeded: 9592");
    var bad = fleet.run("publish", "numbers", "primes", "\"many\"", "--wait");
    assertThat(bad.status()).as(text(bad)).isEqualTo(3);
    assertThat(text(bad)).contains("expected a whole number");

    fleet.run("publish", "numbers", "primes", "1000000000000").succeeded();
    fleet.awaitBusyWorker("java");
    var kill =
        fleet.run("kill", "--queue", "numbers", "--in-flight", "dead-letter", "--yes").succeeded();

    assertThat(text(kill)).contains("CONFIRMED", "1 worker dead", "tasks: 1 dead-lettered");
  }

  /** Returns what a terminal would show. */
  private static String text(CommandResult result) {
    return result.out() + result.err();
  }

  // The jar, as Maven makes it from the example's pom.

  private Path jar() throws IOException {
    var classes = Files.createDirectory(fleet.folder().resolve("classes"));
    compile(EXAMPLE.resolve("src/main/java"), classes);
    var jar = fleet.folder().resolve("primes.jar");
    try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
      add(out, classes);
      add(out, EXAMPLE.resolve("src/main/resources"));
    }
    return jar;
  }

  private static void compile(Path sources, Path classes) throws IOException {
    var compiler = ToolProvider.getSystemJavaCompiler();
    var messages = new StringWriter();
    try (var files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      boolean isCompiled =
          compiler
              .getTask(
                  messages,
                  files,
                  null,
                  List.of(
                      "-d",
                      classes.toString(),
                      "--release",
                      "17",
                      "-Xlint:all",
                      "-Werror",
                      "-Xlint:-path"),
                  null,
                  files.getJavaFileObjects(files(sources).toArray(Path[]::new)))
              .call();
      assertThat(isCompiled).as(messages.toString()).isTrue();
    }
  }

  private static void add(JarOutputStream jar, Path root) throws IOException {
    for (var file : files(root)) {
      jar.putNextEntry(new JarEntry(root.relativize(file).toString()));
      Files.copy(file, jar);
      jar.closeEntry();
    }
  }

  private static List<Path> files(Path root) throws IOException {
    try (var files = Files.walk(root)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
