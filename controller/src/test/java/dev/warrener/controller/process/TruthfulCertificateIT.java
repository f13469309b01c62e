package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.warrener.controller.process.linux.ChildIndex;
import dev.warrener.controller.process.linux.ProcFile;
import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.Stat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A certificate never lies. Here the controller is in places where looks at processes fail or
 * mislead: without descriptors, without threads, with a {@code /proc} that hides processes, as
 * process 1, in the {@code /proc} of others. Each kill ends with a certificate that is true, or as
 * unconfirmed.
 */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class TruthfulCertificateIT {
  /** A user that nobody is, so that the kernel counts the test's own processes alone. */
  private static final String STRANGER = "54321";

  private static final String NEEDS_ROOT = "needs root, to become another user and to mount /proc";

  private static final int NEVER = 60_000;
  private static final int SOON = 1_500;

  private Path directory;
  private final List<Sleeper> sleepers = new ArrayList<>();

  static List<ContainmentChoice> tiers() {
    return Tiers.available();
  }

  static Stream<Arguments> tiersAndHunger() {
    return tiers().stream()
        .flatMap(
            tier -> Stream.of("descriptors", "greedily").map(hunger -> Arguments.of(tier, hunger)));
  }

  static Stream<Arguments> tiersAndHiding() {
    return tiers().stream()
        .flatMap(tier -> Stream.of(1, 2).map(hidepid -> Arguments.of(tier, hidepid)));
  }

  static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  @BeforeEach
  void makeDirectory() throws IOException {
    directory = Files.createTempDirectory("truthful");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterEach
  void leaveNothing() throws IOException {
    sleepers.forEach(Sleeper::cleanUp);
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.toList().reversed()) {
        Files.delete(file);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("tiersAndHunger")
  void withoutDescriptorsItIsTrueOrComesLater(ContainmentChoice tier, String hunger)
      throws Exception {
    Sleeper daemons = sleeper();
    int patience = hunger.equals("descriptors") ? NEVER : SOON;
    try (var controller =
        StarvedController.start(
            List.of("prlimit", "--nofile=256:256"), ownClassPath(), tier, patience, 0)) {
      controller.spawnAndAwaitUp(1, "");
      controller.tell("kill 1");
      controller.await("CERTIFICATE\t1");
      controller.spawnAndAwaitUp(2, Escape.DAEMON_WITH_CLEAN_ENVIRONMENT.script(daemons));
      ProcessId daemon = daemons.awaitOne();

      controller.tell("starve " + hunger);
      controller.tell("kill 2");
      String end = controller.await("CERTIFICATE\t2", "UNCONFIRMED\t2");

      if (end.startsWith("UNCONFIRMED")) {
        assertThat(hunger)
            .as("the reserve is enough unless it is taken as well")
            .isEqualTo("greedily");
        assertThat(end).contains("too many files open");
        controller.tell("feed");
        end = controller.await("CERTIFICATE\t2");
      } else {
        assertThat(Stat.isAlive(daemon)).as("alive after " + end).isFalse();
        controller.tell("feed");
      }
      assertThat(Stat.isAlive(daemon)).as("alive after " + end).isFalse();
      controller.end();
    }
  }

  @ParameterizedTest
  @EnabledIf(value = "isRoot", disabledReason = NEEDS_ROOT)
  @MethodSource("tiers")
  void withoutThreadsAWorkerThatIsSaidNotToExistDoesNot(ContainmentChoice tier) throws Exception {
    try (var controller = StarvedController.start(as(STRANGER), openClassPath(), tier, NEVER, 0)) {
      assumeFalse(
          controller.await("PIDS", "UNAVAILABLE").startsWith("UNAVAILABLE"),
          "the tier " + tier.text() + " needs more than an unprivileged user may here");
      int failed = 0;
      Sleeper daemons = sleeper();
      controller.spawnAndAwaitUp(1, Escape.DAEMON_WITH_CLEAN_ENVIRONMENT.script(daemons));
      ProcessId daemon = daemons.awaitOne();
      for (int room = 0; room < 8; room++) {
        // The kernel counts threads: of the controller, and of what its workers are made of.
        limitProcesses(controller.process().pid(), population() + room);
        int slot = 10 + room;
        controller.spawn(slot, "");
        String end =
            controller.await("LINE\t" + slot + "\tup", "FAILED\t" + slot, "CERTIFICATE\t" + slot);
        if (end.startsWith("FAILED")) {
          failed++;
          assertThat(end.split("\t", -1)[2]).as(end).isEqualTo("[]");
        } else if (end.startsWith("LINE")) {
          controller.tell("kill " + slot);
          controller.await("CERTIFICATE\t" + slot);
        }
      }

      assertThat(failed).as("starts that failed").isPositive();
      limitProcesses(controller.process().pid(), 1);
      controller.tell("kill 1");
      controller.await("CERTIFICATE\t1");

      assertThat(Stat.isAlive(daemon)).isFalse();
    }
  }

  /** Returns a command line that runs another one where {@code /proc} hides others' processes. */
  private static List<String> hidingProc(int hidepid) {
    return new ArrayList<>(
        List.of(
            "unshare",
            "--mount",
            "sh",
            "-c",
            "mount -t proc -o hidepid=" + hidepid + " proc /proc && exec \"$@\"",
            "sh"));
  }

  @ParameterizedTest
  @EnabledIf(value = "isRoot", disabledReason = NEEDS_ROOT)
  @ValueSource(ints = {1, 2})
  void whatProcHidesIsNotTakenForDead(int hidepid) throws Exception {
    // What another user owns is hidden: a program that runs as root whoever starts it.
    Path sleep = Files.copy(realPath("sleep"), directory.resolve("sleep"));
    Files.setPosixFilePermissions(sleep, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(new ProcessBuilder("chmod", "4755", sleep.toString()).start().waitFor()).isZero();
    Sleeper daemons = sleeper();
    var prefix = hidingProc(hidepid);
    prefix.addAll(as(STRANGER));
    try (var controller =
        StarvedController.start(prefix, openClassPath(), ContainmentChoice.SUBREAPER, SOON, 0)) {
      controller.spawnAndAwaitUp(
          1,
          "(PATH="
              + directory
              + ":$PATH; setsid sleep "
              + daemons.seconds()
              + " >/dev/null 2>&1 3>&- 4<&- &)");
      ProcessId daemon = daemons.awaitOne();

      controller.tell("kill 1");
      String end = controller.await("CERTIFICATE\t1", "UNCONFIRMED\t1");

      assertThat(end).startsWith("UNCONFIRMED").contains("can't be read");
      assertThat(Stat.isAlive(daemon)).isTrue();
      daemons.cleanUp();
      controller.await("CERTIFICATE\t1");
      controller.end();
    }
  }

  /** A controller without the right to look into others' processes, whose worker has one. */
  @ParameterizedTest
  @EnabledIf(value = "isRoot", disabledReason = NEEDS_ROOT)
  @MethodSource("tiersAndHiding")
  void whatProcHidesFromRootIsNotTakenForDeadInAnyTier(ContainmentChoice tier, int hidepid)
      throws Exception {
    Sleeper daemons = sleeper();
    // The group 0 sees everything, whatever is hidden.
    var prefix = hidingProc(hidepid);
    prefix.addAll(
        List.of(
            "setpriv",
            "--bounding-set",
            "-sys_ptrace",
            "--regid",
            STRANGER,
            "--clear-groups",
            "--"));
    try (var controller = StarvedController.start(prefix, ownClassPath(), tier, SOON, 0)) {
      controller.spawnAndAwaitUp(1, Escape.DAEMON_OF_ANOTHER_USER.script(daemons));
      ProcessId daemon = daemons.awaitOne();

      controller.tell("kill 1");
      String end = controller.await("CERTIFICATE\t1", "UNCONFIRMED\t1");

      if (end.startsWith("UNCONFIRMED")) {
        assertThat(end).contains("can't be read");
        daemons.cleanUp();
        end = controller.await("CERTIFICATE\t1");
      }
      assertThat(Stat.isAlive(daemon)).as("alive after " + end).isFalse();
      controller.end();
    }
  }

  @ParameterizedTest
  @EnabledIf(value = "isRoot", disabledReason = NEEDS_ROOT)
  @MethodSource("tiers")
  void orphansOfOthersSpoilNoProofWhereTheControllerIsProcessOne(ContainmentChoice tier)
      throws Exception {
    try (var controller =
        StarvedController.start(
            List.of("unshare", "--pid", "--fork", "--kill-child", "--mount-proc"),
            ownClassPath(),
            tier,
            NEVER,
            0)) {
      controller.spawnAndAwaitUp(1, "");
      long first = onlyChild(controller.process().pid());
      // As docker exec does, which leaves its orphan to process 1.
      var exec =
          new ProcessBuilder(
                  "nsenter",
                  "--target",
                  Long.toString(first),
                  "--pid",
                  "--mount",
                  "setsid",
                  "sh",
                  "-c",
                  "sleep 0.1 &")
              .inheritIO()
              .start();
      assertThat(exec.waitFor()).isZero();
      Await.until(() -> zombiesBelow(first) > 0);

      controller.tell("kill 1");
      String certificate = controller.await("CERTIFICATE\t1");

      assertThat(certificate).endsWith(Boolean.toString(tier != ContainmentChoice.SUBREAPER));
      Await.until(() -> zombiesBelow(first) == 0);
      controller.spawnAndAwaitUp(2, "");
      controller.tell("kill 2");
      assertThat(controller.await("CERTIFICATE\t2"))
          .endsWith(Boolean.toString(tier != ContainmentChoice.SUBREAPER));
      controller.end();
    }
  }

  @Test
  @EnabledIf(value = "isRoot", disabledReason = NEEDS_ROOT)
  void withTheProcOfAnotherNamespaceTheControllerDoesNotStart() throws Exception {
    try (var controller =
        StarvedController.start(
            List.of("unshare", "--pid", "--fork", "--kill-child"),
            ownClassPath(),
            ContainmentChoice.SUBREAPER,
            NEVER,
            0)) {
      assertThat(controller.await("UNAVAILABLE", "PIDS"))
          .startsWith("UNAVAILABLE")
          .contains("/proc belongs to another PID namespace");
    }
  }

  @Test
  @EnabledIf(value = "isRoot", disabledReason = NEEDS_ROOT)
  void whatTheUserRunsOutsideItsNamespaceKeepsNoWorkerFromStarting() throws Exception {
    var outside = new ArrayList<Process>();
    var prefix =
        new ArrayList<>(List.of("unshare", "--pid", "--fork", "--kill-child", "--mount-proc"));
    prefix.addAll(as(STRANGER));
    var command = new ArrayList<>(as(STRANGER));
    command.addAll(List.of("sleep", "600"));
    try {
      for (int i = 0; i < 60; i++) {
        outside.add(new ProcessBuilder(command).start());
      }
      try (var controller =
          StarvedController.start(
              prefix, openClassPath(), ContainmentChoice.SUBREAPER, NEVER, 20)) {
        assertThat(controller.await("PIDS")).isEqualTo("PIDS\tno limit");
        controller.spawnAndAwaitUp(1, "");
        controller.end();
      }
    } finally {
      outside.forEach(process -> process.toHandle().destroyForcibly());
    }
  }

  private Sleeper sleeper() {
    Sleeper sleeper = Sleeper.fresh();
    sleepers.add(sleeper);
    return sleeper;
  }

  private static String ownClassPath() {
    return System.getProperty("java.class.path");
  }

  private String openClassPath() throws Exception {
    return OpenClassPath.copyTo(directory);
  }

  private static List<String> as(String user) {
    return List.of("setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--");
  }

  private static Path realPath(String program) throws IOException {
    return Path.of(String.valueOf(Programs.find(program, Programs.ownPath()))).toRealPath();
  }

  private static void limitProcesses(long pid, long most) throws Exception {
    var command = new ArrayList<>(as(STRANGER));
    command.addAll(List.of("prlimit", "--pid", Long.toString(pid), "--nproc=" + most + ":"));
    Process limit = new ProcessBuilder(command).inheritIO().start();
    assertThat(limit.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(limit.exitValue()).isZero();
  }

  /** How many threads the stranger has, as the kernel counts them. */
  private static long population() {
    long threads = 0;
    for (long pid : ProcFile.allPids()) {
      byte[] status = ProcFile.readIfPossible("/proc/" + pid + "/status");
      if (status != null
          && new String(status, StandardCharsets.UTF_8).contains("Uid:\t" + STRANGER + "\t")) {
        threads += ProcFile.threads(pid).length;
      }
    }
    return threads;
  }

  private static long onlyChild(long pid) {
    List<Long> children = ChildIndex.look().children(pid);
    assertThat(children).hasSize(1);
    return children.getFirst();
  }

  private static long zombiesBelow(long pid) {
    return ChildIndex.look().children(pid).stream()
        .map(Stat::of)
        .filter(stat -> stat != null && stat.isDead())
        .count();
  }
}
