package dev.warrener.testbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shell script around a private node, with sleeping processes in place of RabbitMQ. */
class PrivateNodeGuardTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir private Path tools;
  private Path folder;
  private Process guard;
  private Writer verbs;
  private BufferedReader answers;

  @BeforeEach
  void start() throws Exception {
    folder = Files.createDirectory(tools.resolve("node"));
    var script = tools.resolve("private-node.sh");
    try (var source = PrivateNode.class.getResourceAsStream("private-node.sh")) {
      Files.copy(Objects.requireNonNull(source), script);
    }
    // A server as RabbitMQ's is: a shell that waits for the real one, and hands a TERM on.
    var server =
        program(
            "server",
            """
            trap 'echo stopped >>%1$s/said; kill $real; exit 0' TERM
            sleep 1000 & real=$!
            echo $$ $real >>%1$s/pids
            wait
            """
                .formatted(tools));
    var epmd = program("epmd", "echo $$ >>%s/pids; exec sleep 1000\n".formatted(tools));
    guard =
        new ProcessBuilder(
                "bash",
                script.toString(),
                folder.toString(),
                epmd.toString(),
                "1",
                server.toString())
            .redirectError(tools.resolve("guard.log").toFile())
            .start();
    verbs = new OutputStreamWriter(guard.getOutputStream(), StandardCharsets.UTF_8);
    answers = guard.inputReader(StandardCharsets.UTF_8);
    awaitPids(3);
  }

  @AfterEach
  void end() throws IOException {
    verbs.close();
    guard.destroyForcibly();
    for (long pid : pids()) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  @Test
  void theEndOfStdinEndsAllAndRemovesTheFolder() throws Exception {
    Files.writeString(folder.resolve("data"), "x");

    verbs.close();

    assertThat(guard.waitFor(LIMIT)).isTrue();
    awaitDead(pids());
    assertThat(folder).doesNotExist();
  }

  @Test
  void aStopIsHandedToTheServer() throws Exception {
    tell("stop");

    assertThat(Files.readString(tools.resolve("said"))).isEqualTo("stopped\n");
    assertThat(pids()).filteredOn(PrivateNodeGuardTest::lives).hasSize(1);
  }

  @Test
  void aKillTakesTheWholeServerWithoutAWord() throws Exception {
    tell("kill");

    Poll.until(
        "only epmd lives",
        LIMIT,
        () -> pids().stream().filter(PrivateNodeGuardTest::lives).count() == 1);
    assertThat(tools.resolve("said")).doesNotExist();
  }

  @Test
  void aKilledServerCanBeStartedAgain() throws Exception {
    tell("kill");
    tell("start");

    awaitPids(5);
    assertThat(pids().subList(3, 5)).allMatch(PrivateNodeGuardTest::lives);
  }

  @Test
  void aPausedServerIsFrozenUntilItIsResumed() throws Exception {
    tell("pause");
    Poll.until("frozen", LIMIT, () -> states().stream().filter("T"::equals).count() == 2);

    tell("resume");
    Poll.until("thawed", LIMIT, () -> states().stream().noneMatch("T"::equals));
  }

  @Test
  void aPausedServerCanBeStopped() throws Exception {
    tell("pause");
    tell("stop");

    assertThat(Files.readString(tools.resolve("said"))).isEqualTo("stopped\n");
  }

  private void tell(String verb) throws IOException {
    verbs.write(verb + "\n");
    verbs.flush();
    assertThat(answers.readLine()).isEqualTo("done");
  }

  private Path program(String name, String body) throws IOException {
    var file = Files.writeString(tools.resolve(name), "#!/bin/bash\n" + body);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  /** All that ever started, in order of their start but for epmd, which may be anywhere. */
  private List<Long> pids() {
    try {
      return Files.readString(tools.resolve("pids"))
          .lines()
          .flatMap(line -> List.of(line.split(" ")).stream())
          .map(Long::valueOf)
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private void awaitPids(int count) {
    Poll.until(count + " processes have started", LIMIT, () -> pids().size() == count);
  }

  private static void awaitDead(List<Long> pids) {
    Poll.until("all are dead", LIMIT, () -> pids.stream().noneMatch(PrivateNodeGuardTest::lives));
  }

  private List<String> states() {
    return pids().stream().map(PrivateNodeGuardTest::state).toList();
  }

  private static boolean lives(long pid) {
    return !List.of("", "Z", "X").contains(state(pid));
  }

  /** The kernel's letter for the state of a process, empty if there is none. */
  private static String state(long pid) {
    try {
      var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      int letter = stat.lastIndexOf(')') + 2;
      return stat.substring(letter, letter + 1);
    } catch (IOException e) {
      return "";
    }
  }
}
