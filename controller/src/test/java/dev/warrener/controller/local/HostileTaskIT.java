package dev.warrener.controller.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.process.ContainmentChoice;
import dev.warrener.controller.process.OpenClassPath;
import dev.warrener.controller.process.WorkerProcesses;
import dev.warrener.messaging.Namespace;
import dev.warrener.worker.process.Worker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pcollections.HashTreePMap;
import org.slf4j.Logger;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.databind.ObjectMapper;

/**
 * Holds the table of what a hostile task can do in {@code docs/containment.md} and what really
 * happens together: each row is tried in each tier that works here, as the user who runs the tests,
 * and if that is root as {@code nobody} as well.
 */
@Timeout(180)
class HostileTaskIT {
  private static final Path PAGE = Path.of("..", "docs", "containment.md");
  private static final String NOBODY = "65534";

  /** Rows that other tests try: {@link TaskAtControlSocketIT} and {@code EscapeMatrixIT}. */
  private static final List<String> TRIED_ELSEWHERE =
      List.of(
          "gives orders at a control socket, its own controller's or another's",
          "hides a daemon from its own kill, and leaves the certificate `proven: true`");

  /** A class of each jar or folder that the controller and the tracer need. */
  private static final List<Class<?>> NEEDED =
      List.of(
          WorkerProcesses.class,
          HostileTaskUnderTest.class,
          Namespace.class,
          Worker.class,
          Logger.class,
          HashTreePMap.class,
          ObjectMapper.class,
          TokenStreamFactory.class,
          com.fasterxml.jackson.annotation.JsonInclude.class,
          Nullable.class);

  private final List<Process> started = new ArrayList<>();
  private Path directory;
  private @Nullable Path service;

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
    directory = Files.createTempDirectory("hostile-task");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterEach
  void leaveNothing() throws Exception {
    for (var each : started.reversed()) {
      each.toHandle().destroyForcibly();
      each.waitFor();
    }
    if (service != null) {
      Files.writeString(service.resolve("cgroup.kill"), "1");
      while (Files.readString(service.resolve("cgroup.events")).contains("populated 1")) {
        Thread.onSpinWait();
      }
      removeCgroups(service);
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.toList().reversed()) {
        Files.delete(file);
      }
    }
  }

  private static void removeCgroups(Path cgroup) throws IOException {
    try (Stream<Path> inside = Files.list(cgroup)) {
      for (Path each : inside.filter(Files::isDirectory).toList()) {
        removeCgroups(each);
      }
    }
    Files.delete(cgroup);
  }

  @Test
  void thePageHasARowForEachDeedAndNoOther() throws IOException {
    assertThat(rows().keySet())
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(
                    TRIED_ELSEWHERE.stream(),
                    Arrays.stream(HostileDeed.values()).map(HostileDeed::title))
                .toList());
  }

  @ParameterizedTest
  @MethodSource("usersAndTiers")
  void whatAHostileTaskCanDoIsWhatThePageSays(ContainmentChoice tier, boolean asNobody)
      throws Exception {
    boolean asRoot = isRoot() && !asNobody;
    var expected = EnumSet.noneOf(HostileDeed.class);
    for (var deed : HostileDeed.values()) {
      var row = Objects.requireNonNull(rows().get(deed.title()), deed.title());
      if (isPossible(row.getOrDefault("`" + tier.text() + "`", ""), asRoot)) {
        expected.add(deed);
      }
    }

    var told = run(tier, asNobody, false);

    if (told.getLast().startsWith("UNAVAILABLE")) {
      System.err.println("not tested: " + tier.text() + " as nobody " + asNobody + ": " + told);
      assertThat(tier).isNotEqualTo(ContainmentChoice.SUBREAPER);
      return;
    }
    assertThat(told).contains("END");
    assertThat(done(told)).as("%s", told).isEqualTo(expected);
    // A signal reaches the controller only where nothing is in between.
    assertThat(told.contains("SURVIVED")).isEqualTo(tier.text().contains("pid-namespace"));
  }

  @Test
  void inspectableControllerCanBeReadByItsTasks() throws Exception {
    var told = run(ContainmentChoice.SUBREAPER, isRoot(), true);

    assertThat(done(told)).contains(HostileDeed.READ_THE_CONTROLLER);
    assertThat(told).contains("FORGED");
  }

  private static Set<HostileDeed> done(List<String> told) {
    var done = EnumSet.noneOf(HostileDeed.class);
    told.stream()
        .filter(line -> line.startsWith("DID\t"))
        .map(line -> HostileDeed.valueOf(line.substring("DID\t".length())))
        .forEach(done::add);
    return done;
  }

  // --- the page ---------------------------------------------------------------------------------

  private static boolean isPossible(String cell, boolean asRoot) throws IOException {
    if (cell.equals("no")) {
      return false;
    }
    if (cell.startsWith("as root")) {
      return asRoot;
    }
    assertThat(cell).startsWith("**yes**");
    return !cell.contains("unless Yama forbids it") || !yamaForbids(asRoot);
  }

  private static boolean yamaForbids(boolean asRoot) throws IOException {
    var file = Path.of("/proc/sys/kernel/yama/ptrace_scope");
    int scope = Files.exists(file) ? Integer.parseInt(Files.readString(file).strip()) : 0;
    return scope >= (asRoot ? 3 : 1);
  }

  /** The rows of the table, each by its first cell, with its other cells by their columns. */
  private static Map<String, Map<String, String>> rows() throws IOException {
    var rows = new LinkedHashMap<String, Map<String, String>>();
    List<String> columns = List.of();
    for (String line : Files.readAllLines(PAGE)) {
      if (!line.startsWith("| ")) {
        columns = List.of();
        continue;
      }
      var cells =
          Arrays.stream(line.substring(1, line.length() - 1).split("\\|", -1))
              .map(String::strip)
              .toList();
      if (columns.isEmpty()) {
        columns = cells;
      } else if (columns.getFirst().equals("a task that means harm")
          && !cells.getFirst().startsWith("---")) {
        var row = new LinkedHashMap<String, String>();
        for (int i = 1; i < cells.size(); i++) {
          row.put(columns.get(i), cells.get(i));
        }
        rows.put(cells.getFirst(), row);
      }
    }
    return rows;
  }

  // --- the controller ---------------------------------------------------------------------------

  private List<String> run(ContainmentChoice tier, boolean asNobody, boolean isInspectable)
      throws Exception {
    var classPath = OpenClassPath.copyTo(directory, NEEDED);
    var runtime =
        Files.createDirectory(
            directory.resolve("run"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
    var become = new ArrayList<String>();
    if (asNobody) {
      giveToNobody(runtime);
      become.addAll(
          List.of("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--"));
    }
    var program = new ArrayList<>(become);
    program.addAll(List.of("sh", "-c", "while :; do sleep 0.2; done"));
    var other = new ProcessBuilder(program).start();
    started.add(other);

    var command = new ArrayList<String>();
    if (asNobody && tier.text().startsWith("cgroup")) {
      command.addAll(List.of("sh", "-c", "echo 0 > " + delegate() + " || exit 1; exec \"$@\"", ""));
    }
    command.addAll(become);
    var java =
        Path.of(System.getProperty("java.home"), "bin", "java")
            + " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -cp "
            + classPath;
    command.addAll(List.of(java.split(" ", -1)));
    command.addAll(
        List.of(
            HostileTaskUnderTest.class.getName(),
            runtime.toString(),
            tier.text(),
            Boolean.toString(isInspectable),
            Files.readSymbolicLink(Path.of("/proc/self/ns/mnt")).toString(),
            Long.toString(other.pid()),
            java + " " + Tracer.class.getName()));
    Arrays.stream(HostileDeed.values()).map(Enum::name).forEach(command::add);
    var controller = new ProcessBuilder(command).redirectErrorStream(true).start();
    started.add(controller);
    var told = new ArrayList<String>();
    try (var lines = controller.inputReader(StandardCharsets.UTF_8)) {
      lines.lines().forEach(told::add);
    }
    assertThat(controller.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return told;
  }

  /** Makes a cgroup as a service of nobody's has, and returns where the controller enters it. */
  private Path delegate() throws IOException {
    var root =
        Files.readAllLines(Path.of("/proc/self/mounts")).stream()
            .map(line -> line.split(" ", -1))
            .filter(fields -> fields[2].equals("cgroup2"))
            .map(fields -> Path.of(fields[1]))
            .findFirst();
    if (root.isEmpty() || !Files.isWritable(root.get())) {
      return Path.of("/dev/null");
    }
    var made =
        Files.createDirectory(
            root.get().resolve("warrener-hostile-" + ProcessHandle.current().pid() + ".service"));
    service = made;
    var own = Files.createDirectory(made.resolve("controller"));
    for (Path each :
        List.of(
            made,
            made.resolve("cgroup.procs"),
            made.resolve("cgroup.subtree_control"),
            own,
            own.resolve("cgroup.procs"))) {
      giveToNobody(each);
    }
    return own.resolve("cgroup.procs");
  }

  private static void giveToNobody(Path file) throws IOException {
    Files.setAttribute(file, "unix:uid", Integer.valueOf(NOBODY));
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }
}
