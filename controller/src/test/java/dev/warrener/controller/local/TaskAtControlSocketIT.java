package dev.warrener.controller.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.process.ContainmentChoice;
import dev.warrener.controller.process.OpenClassPath;
import dev.warrener.controller.process.WorkerProcesses;
import dev.warrener.messaging.Namespace;
import dev.warrener.worker.process.Worker;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pcollections.HashTreePMap;
import org.slf4j.Logger;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.databind.ObjectMapper;

/**
 * Tasks that give orders, at their own controller's socket and at that of another controller of the
 * same user: in each tier that works here, as the user who runs the tests, and if that is root as
 * {@code nobody} as well.
 */
@Timeout(180)
class TaskAtControlSocketIT {
  private static final String NOBODY = "65534";

  /** A class of each jar or folder that the controllers and the caller need. */
  private static final List<Class<?>> NEEDED =
      List.of(
          WorkerProcesses.class,
          SocketCaller.class,
          Namespace.class,
          Worker.class,
          Logger.class,
          HashTreePMap.class,
          ObjectMapper.class,
          TokenStreamFactory.class,
          com.fasterxml.jackson.annotation.JsonInclude.class,
          Nullable.class);

  /**
   * How a task may try to look like something else. {@code CALL} is the call of both sockets,
   * {@code OTHER} the process of the other controller.
   */
  private static final Map<String, String> DISGUISES =
      Map.of(
          "itself", "CALL",
          "without-environment", "env -i CALL",
          "daemon", "(setsid sh -c '(env -i CALL &)' &)",
          "with-another-mark", "{ ulimit -S -w 7 || ulimit -S -x 7; } 2>/dev/null; env -i CALL",
          "like-a-controller-whose-limits-it-lowered",
              "prlimit --pid OTHER --locks=5:5 2>/dev/null; prlimit --pid $$ --locks=5:5;"
                  + " (setsid sh -c '(env -i CALL &)' &)",
          "outside-its-cgroup",
              "for each in /sys/fs/cgroup /sys/fs/cgroup/unified; do"
                  + " { echo 0 > $each/cgroup.procs; } 2>/dev/null; done; env -i CALL");

  /** The disguises in which a task also leaves at once, so that nobody is there to be looked at. */
  private static final List<String> WHO_ALSO_LEAVES = List.of("itself", "daemon");

  /** A task that tries to reach its controller in other ways. */
  private static final String REACH =
      """
      kill -0 CONTROLLER 2>/dev/null && echo 'MAY SIGNAL its controller'
      for each in environ fd/2; do
        [ -r /proc/CONTROLLER/$each ] && echo "MAY READ $each"
      done\
      """;

  private final List<Process> controllers = new ArrayList<>();
  private Path directory;

  static Stream<Arguments> usersAndTiers() {
    return Stream.of(false, true)
        .filter(asNobody -> !asNobody || isRoot())
        .flatMap(asNobody ->
            Stream.of(ContainmentChoice.values())
                .filter(tier -> tier != ContainmentChoice.AUTO)
                .map(tier -> Arguments.of(tier, asNobody)));
  }

  @BeforeEach
  void makeDirectory() throws IOException {
    directory = Files.createTempDirectory("at-the-socket");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterEach
  void leaveNothing() throws Exception {
    for (var controller : controllers) {
      controller.toHandle().destroyForcibly();
      controller.waitFor();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.toList().reversed()) {
        Files.delete(file);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("usersAndTiers")
  void everyDisguiseIsRefusedAndToldAndRecorded(ContainmentChoice tier, boolean asNobody)
      throws Exception {
    var classPath = OpenClassPath.copyTo(directory, NEEDED);
    var other = start(classPath, asNobody, "other", ContainmentChoice.SUBREAPER, List.of());
    var otherSocket = awaitUp(other);
    var ownSocket = runtime("own").resolve("control").resolve("own@warrener.socket");
    var call = java(classPath) + " " + SocketCaller.class.getName();
    var scripts = new ArrayList<String>();
    DISGUISES.forEach((name, disguise) -> {
      for (boolean stays : WHO_ALSO_LEAVES.contains(name) ? List.of(true, false) : List.of(true)) {
        var words = List.of(call, name, "" + stays, "" + ownSocket, otherSocket);
        var done = runtime("own").resolve("called-" + scripts.size());
        // A worker's tree ends with the worker, so that has to wait for its daemon.
        scripts.add(
            disguise
                    .replace("OTHER", "" + controllers.getFirst().pid())
                    .replace("CALL", "sh -c \"" + String.join(" ", words) + "; : > " + done + "\"")
                + "\nuntil [ -e "
                + done
                + " ]; do sleep 0.05; done");
      }
    });
    int calls = scripts.size();
    scripts.add(REACH);
    var own = start(classPath, asNobody, "own", tier, scripts);
    var told = read(own, line -> line.equals("END") || line.startsWith("UNAVAILABLE"));
    if (!told.getLast().equals("END")) {
      System.err.println("not tested, as nobody " + asNobody + ": " + told.getLast());
      assertThat(tier).isNotEqualTo(ContainmentChoice.SUBREAPER);
      return;
    }

    // Who stays hears that it is refused; nobody gets an order through.
    assertThat(told).filteredOn(line -> line.startsWith("ORDER")).isEmpty();
    for (var name : DISGUISES.keySet()) {
      assertThat(told)
          .filteredOn(line -> line.startsWith("HEARD\t" + name + "\t{"))
          .as("%s", told)
          .hasSize(2)
          .allMatch(line -> line.contains("\"code\":\"task\""));
    }
    assertThat(told).filteredOn(line -> line.startsWith("REFUSED")).hasSize(calls);
    // What containment.md says that a task can reach. Root reads everything that it sees.
    boolean sees = !tier.text().contains("pid-namespace");
    assertThat(told).filteredOn(line -> line.startsWith("MAY SIGNAL")).hasSize(sees ? 1 : 0);
    assertThat(told)
        .filteredOn(line -> line.startsWith("MAY READ"))
        .hasSize(sees && isRoot() && !asNobody ? 2 : 0);
    // An outsider of the same user is heard by both.
    assertThat(SocketCaller.call(ownSocket, true)).contains("controller.hello");
    assertThat(SocketCaller.call(Path.of(otherSocket), true)).contains("controller.hello");
    assertThat(read(other, line -> line.startsWith("ORDER")))
        .filteredOn(line -> line.startsWith("REFUSED"))
        .hasSize(calls)
        .allMatch(line -> line.contains("to the control socket: tasks give no orders: it"));
  }

  private static List<String> read(BufferedReader from, Predicate<String> until)
      throws IOException {
    var lines = new ArrayList<String>();
    for (var line = from.readLine(); line != null; line = from.readLine()) {
      lines.add(line);
      if (until.test(line)) {
        return lines;
      }
    }
    throw new AssertionError("it ended after " + lines);
  }

  private static String awaitUp(BufferedReader controller) throws IOException {
    return read(controller, line -> line.startsWith("UP\t")).getLast().split("\t", -1)[1];
  }

  private Path runtime(String id) {
    return directory.resolve("run-" + id);
  }

  private BufferedReader start(
      String classPath, boolean asNobody, String id, ContainmentChoice tier, List<String> scripts)
      throws IOException {
    Files.createDirectory(
        runtime(id),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
    var command = new ArrayList<String>();
    if (asNobody) {
      Files.setAttribute(runtime(id), "unix:uid", Integer.valueOf(NOBODY));
      command.addAll(
          List.of("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--"));
    }
    command.addAll(List.of(java(classPath).split(" ", -1)));
    command.addAll(
        List.of(ControlSocketUnderTest.class.getName(), id, runtime(id).toString(), tier.text()));
    command.addAll(scripts);
    var controller = new ProcessBuilder(command).redirectErrorStream(true).start();
    controllers.add(controller);
    return controller.inputReader(StandardCharsets.UTF_8);
  }

  private static String java(String classPath) {
    return Path.of(System.getProperty("java.home"), "bin", "java")
        + " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -cp "
        + classPath;
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }
}
