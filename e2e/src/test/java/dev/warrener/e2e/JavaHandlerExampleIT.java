package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.ops.Main;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The handler of {@code examples/java-handler}, compiled against this build and run as its page
 * says: by the commands of the command line, each a process of its own.
 */
class JavaHandlerExampleIT {
  private static final Path EXAMPLE = Path.of("..", "examples", "java-handler");
  private static final Duration LONG = Duration.ofSeconds(90);

  @TempDir private Path folder;

  private Vhost vhost;
  private @Nullable Process controller;

  /** What a command did. */
  private record Ran(int status, String output) {}

  @BeforeEach
  void takePlaceAtTheBroker() {
    vhost = TestBroker.get().freshVhost();
  }

  @AfterEach
  void end() throws InterruptedException {
    if (controller != null) {
      controller.destroy();
      if (!controller.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)) {
        controller.destroyForcibly().waitFor();
      }
    }
    vhost.close();
  }

  @Test
  void runsFailsAndIsKilledAsItsPageSays() throws Exception {
    controller =
        start(
            folder.resolve("controller.log"),
            "controller",
            "--id",
            "java",
            "--queue",
            "numbers=1",
            "--handlers",
            jar().toString());
    await("the controller receives tasks").atMost(LONG).until(this::isReceivingTasks);

    assertThat(run("publish", "numbers", "primes", "100000", "--wait"))
        .satisfies(ran -> assertThat(ran.status()).as(ran.output()).isZero())
        .satisfies(ran -> assertThat(ran.output()).contains("succeeded: 9592"));
    assertThat(run("publish", "numbers", "primes", "\"many\"", "--wait"))
        .satisfies(ran -> assertThat(ran.status()).as(ran.output()).isEqualTo(3))
        .satisfies(ran -> assertThat(ran.output()).contains("expected a whole number"));

    assertThat(run("publish", "numbers", "primes", "1000000000000").status()).isZero();
    await("the task runs")
        .atMost(LONG)
        .until(() -> run("ps", "-o", "jsonl").output().contains("\"busy\""));
    var kill = run("kill", "--queue", "numbers", "--in-flight", "dead-letter", "--yes");

    assertThat(kill.status()).as(kill.output()).isZero();
    assertThat(kill.output()).contains("CONFIRMED", "1 worker dead", "tasks: 1 dead-lettered");
  }

  private boolean isReceivingTasks() throws IOException {
    assertThat(controller).isNotNull().matches(Process::isAlive, log());
    return log().contains("receives tasks from");
  }

  private String log() throws IOException {
    return Files.readString(folder.resolve("controller.log"));
  }

  private Ran run(String... arguments) throws IOException, InterruptedException {
    var output = Files.createTempFile(folder, "command", ".txt");
    var process = start(output, arguments);
    if (!process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    return new Ran(process.exitValue(), Files.readString(output));
  }

  /** A process of the command line, with this JVM's class path. */
  private Process start(Path output, String... arguments) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(List.of(arguments));
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    var environment = builder.environment();
    environment.put("WARRENER_BROKER", vhost.uri().toString());
    environment.put("WARRENER_NAMESPACE", vhost.namespace());
    environment.put("WARRENER_RUNTIME_DIRECTORY", folder.resolve("run").toString());
    environment.put("WARRENER_STATE_DIRECTORY", folder.resolve("state").toString());
    return builder.start();
  }

  // The jar, as Maven makes it from the example's pom.

  private Path jar() throws IOException {
    var classes = Files.createDirectory(folder.resolve("classes"));
    compile(EXAMPLE.resolve("src/main/java"), classes);
    var jar = folder.resolve("primes.jar");
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
                  List.of("-d", classes.toString(), "-Xlint:all", "-Werror", "-Xlint:-path"),
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
