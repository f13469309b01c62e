package dev.warrener.controller.process;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds the table in {@code docs/containment.md} and what really happens together, in each tier
 * that works here, as the user who runs the tests, and if that is root as {@code nobody} as well.
 */
@Timeout(180)
class EscapeMatrixIT {
  private static final Path PAGE = Path.of("..", "docs", "containment.md");
  private static final String NOBODY = "65534";
  private static final List<ContainmentChoice> TIERS =
      List.of(
          ContainmentChoice.SUBREAPER,
          ContainmentChoice.CGROUP,
          ContainmentChoice.PID_NAMESPACE,
          ContainmentChoice.CGROUP_AND_PID_NAMESPACE);

  /** More than a worker's own limit, and few enough for any machine. */
  private static final int SERVICE_PIDS = 1_000;

  private Path directory;
  private @Nullable Process controller;

  /** To be entered by the controller. */
  private final List<Path> cgroups = new ArrayList<>();

  private final List<Path> services = new ArrayList<>();

  enum User {
    SELF,
    NOBODY
  }

  static Stream<Arguments> usersAndTiers() {
    return Stream.of(User.values())
        .filter(user -> user == User.SELF || isRoot())
        .flatMap(user -> TIERS.stream().map(tier -> Arguments.of(user, tier)));
  }

  @BeforeEach
  void makeDirectory() throws IOException {
    directory = Files.createTempDirectory("misdeeds");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterEach
  void leaveNothing() throws Exception {
    if (controller != null) {
      controller.toHandle().destroyForcibly();
      controller.waitFor();
    }
    for (Path service : services) {
      if (Files.exists(service.resolve("cgroup.kill"))) {
        CgroupEnclosure.existing(service).kill();
      }
      Await.until(() -> CgroupEnclosure.existing(service).isEmpty());
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.toList().reversed()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void thePageHasARowForEachMisdeedAndNoOther() throws IOException {
    assertThat(rows().keySet())
        .containsExactlyElementsOf(Arrays.stream(Misdeed.values()).map(Misdeed::title).toList());
  }

  @ParameterizedTest
  @MethodSource("usersAndTiers")
  void whatBecomesOfWhatAWorkerLeavesBehindIsWhatThePageSays(User user, ContainmentChoice tier)
      throws Exception {
    boolean asRoot = user == User.SELF && isRoot();
    Map<Misdeed, String> expected = expected(tier, asRoot);
    var seen = new EnumMap<Misdeed, String>(Misdeed.class);
    var told = new ArrayList<String>();
    long bomb = 0;

    Process started = start(user, tier, asRoot);
    try (var output = started.inputReader(StandardCharsets.UTF_8)) {
      for (String line : output.lines().toList()) {
        String[] words = line.split("\t", -1);
        told.add(line);
        switch (words[0]) {
          case "RESULT" -> seen.put(Misdeed.valueOf(words[1]), words[2]);
          case "BOMB" -> bomb = Long.parseLong(words[1]);
          case "UNAVAILABLE" -> {
            sayNotTested(user, tier, words[1]);
            assertThat(tier).as(line).isNotEqualTo(ContainmentChoice.SUBREAPER);
            return;
          }
          default -> {}
        }
      }
    }
    System.err.println(tier.text() + " as " + user + ":\n" + String.join("\n", told));

    assertThat(told).last().isEqualTo("END");
    if (!seen.containsKey(Misdeed.FORK_BOMB)) {
      sayNotTested(user, tier, "nothing here limits the number of processes, so no fork bomb");
      expected.remove(Misdeed.FORK_BOMB);
    }
    assertThat(seen.keySet()).isEqualTo(expected.keySet());
    assertThat(seen)
        .allSatisfy((misdeed, outcome) ->
            assertThat(expected.get(misdeed)).as("%s", misdeed).contains(outcome));
    assertThat(bomb).as("processes of the fork bomb").isLessThanOrEqualTo(SERVICE_PIDS);
  }

  private static void sayNotTested(User user, ContainmentChoice tier, String reason) {
    System.err.println("not tested: " + tier.text() + " as " + user + ": " + reason);
  }

  // --- the page ---------------------------------------------------------------------------------

  private static Map<Misdeed, String> expected(ContainmentChoice tier, boolean asRoot)
      throws IOException {
    var expected = new EnumMap<Misdeed, String>(Misdeed.class);
    for (Misdeed misdeed : Misdeed.values()) {
      Map<String, String> row = rows().get(misdeed.title());
      assertThat(row).as(misdeed.title()).isNotNull();
      if (asRoot || !misdeed.needsRoot()) {
        expected.put(misdeed, row.getOrDefault("`" + tier.text() + "`", ""));
      }
    }
    return expected;
  }

  /** The rows of the table, each by its first cell, with its other cells by their columns. */
  private static Map<String, Map<String, String>> rows() throws IOException {
    var rows = new LinkedHashMap<String, Map<String, String>>();
    List<String> columns = List.of();
    for (String line : Files.readAllLines(PAGE)) {
      List<String> cells =
          line.startsWith("| ")
              ? Arrays.stream(line.substring(1, line.length() - 1).split("\\|", -1))
                  .map(String::strip)
                  .toList()
              : List.of();
      if (cells.isEmpty()) {
        columns = List.of();
      } else if (columns.isEmpty()) {
        columns = cells;
      } else if (columns.getFirst().equals("what a worker does or leaves behind")
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

  private Process start(User user, ContainmentChoice tier, boolean asRoot) throws Exception {
    boolean bounded = isRoot() && enterCgroups(user);
    var command = new ArrayList<String>();
    command.addAll(
        List.of(
            "sh",
            "-c",
            "for cgroup in $CGROUPS; do echo 0 > $cgroup/cgroup.procs || exit 1; done; exec \"$@\"",
            "sh"));
    if (user == User.NOBODY) {
      command.addAll(
          List.of("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--"));
    }
    Path work = Files.createDirectory(directory.resolve("work"));
    if (user == User.NOBODY) {
      giveToNobody(work);
    }
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            OpenClassPath.copyTo(directory),
            MisdeedsUnderTest.class.getName(),
            tier.text(),
            work.toString(),
            Boolean.toString(asRoot),
            Boolean.toString(bounded && user == User.SELF)));
    var builder = new ProcessBuilder(command).directory(work.toFile()).redirectErrorStream(true);
    builder
        .environment()
        .put("CGROUPS", cgroups.stream().map(Path::toString).collect(joining(" ")));
    controller = builder.start();
    return controller;
  }

  // --- the limits and rights of a service -------------------------------------------------------

  /**
   * Makes a cgroup as a service has that was given one ({@code Delegate=yes}, {@code
   * DelegateSubgroup=controller}), and limits the number of processes in it, by either version.
   *
   * @return whether they are limited
   */
  private boolean enterCgroups(User user) throws IOException {
    boolean bounded = false;
    for (Path root : mounts("cgroup2", "")) {
      Path service =
          Files.createDirectory(
              root.resolve("warrener-test-" + ProcessHandle.current().pid() + ".service"));
      Path own = Files.createDirectory(service.resolve("controller"));
      services.add(service);
      cgroups.add(own);
      if (user == User.NOBODY) {
        for (Path each :
            List.of(
                service,
                service.resolve("cgroup.procs"),
                service.resolve("cgroup.subtree_control"),
                own,
                own.resolve("cgroup.procs"))) {
          giveToNobody(each);
        }
      }
      if (Files.exists(service.resolve("pids.max"))) {
        Files.writeString(service.resolve("pids.max"), Integer.toString(SERVICE_PIDS));
        bounded = true;
      }
    }
    for (Path root : mounts("cgroup", "pids")) {
      Path service =
          Files.createDirectory(root.resolve("warrener-test-" + ProcessHandle.current().pid()));
      Files.writeString(service.resolve("pids.max"), Integer.toString(SERVICE_PIDS));
      services.add(service);
      cgroups.add(service);
      bounded = true;
    }
    return bounded;
  }

  private static List<Path> mounts(String type, String option) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
        .map(line -> line.split(" ", -1))
        .filter(fields -> fields[2].equals(type))
        .filter(fields -> option.isEmpty() || List.of(fields[3].split(",", -1)).contains(option))
        .map(fields -> Path.of(fields[1]))
        .filter(Files::isWritable)
        .toList();
  }

  private static void giveToNobody(Path file) throws IOException {
    Files.setAttribute(file, "unix:uid", Integer.valueOf(NOBODY));
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }
}
