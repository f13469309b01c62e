package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.controller.process.linux.ChildIndex;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.ProcFile;
import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.ProcessLayerException;
import dev.warrener.controller.process.linux.Signals;
import dev.warrener.controller.process.linux.Stat;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The controller is a JVM of its own here, and is killed by SIGKILL. */
@Timeout(180)
class ControllerDeathIT {
  private static final String ID = "controller-death-test";

  @TempDir private Path locks;
  private final List<Sleeper> sleepers = new ArrayList<>();
  private final List<Process> controllers = new ArrayList<>();

  static List<ContainmentChoice> tiers() {
    return Tiers.available();
  }

  @AfterEach
  void leaveNothing() {
    controllers.forEach(controller -> controller.toHandle().destroyForcibly());
    sleepers.forEach(Sleeper::cleanUp);
  }

  @ParameterizedTest
  @MethodSource("tiers")
  void noWorkerAndNoDaemonOutlivesAControllerThatIsKilled(ContainmentChoice tier) throws Exception {
    Sleeper one = sleeper();
    Sleeper other = sleeper();
    Process controller = startController(tier, one, other);
    List<ProcessId> workers = awaitUp(controller);
    ProcessId daemon = one.awaitOne();
    ProcessId otherDaemon = other.awaitOne();
    assertThat(workers).hasSize(2).allMatch(Stat::isAlive);

    controller.toHandle().destroyForcibly();
    controller.waitFor();

    Await.until(() -> workers.stream().noneMatch(Stat::isAlive));
    Await.until(() -> !Stat.isAlive(daemon) && !Stat.isAlive(otherDaemon));
    Await.until(() -> cgroupsOf(controller.pid()).isEmpty());
  }

  @Test
  void whatOutlivedAControllerAndItsSidecarIsKilledByTheNext() throws Exception {
    Sleeper one = sleeper();
    Sleeper other = sleeper();
    Process controller = startController(ContainmentChoice.SUBREAPER, one, other);
    List<ProcessId> workers = awaitUp(controller);
    ProcessId daemon = one.awaitOne();
    ProcessId otherDaemon = other.awaitOne();
    killWithoutSidecar(controller);
    Await.until(() -> workers.stream().noneMatch(Stat::isAlive));
    assertThat(List.of(daemon, otherDaemon)).allMatch(Stat::isAlive);

    try (ControllerLock lock = ControllerLock.acquire(ID, locks)) {
      Strays strays = Strays.killLeftOvers(lock);

      assertThat(strays.survivors()).isEmpty();
      assertThat(strays.killed())
          .extracting(Strays.Stray::pid)
          .contains(daemon.pid(), otherDaemon.pid());
      assertThat(List.of(daemon, otherDaemon)).noneMatch(Stat::isAlive);
      assertThat(Strays.killLeftOvers(lock).killed()).isEmpty();
    }
  }

  @Test
  void aLivingControllerKeepsItsLockAndItsWorkers() throws Exception {
    Sleeper one = sleeper();
    Process controller = startController(ContainmentChoice.AUTO, one);
    List<ProcessId> workers = awaitUp(controller);
    ProcessId daemon = one.awaitOne();

    assertThatThrownBy(() -> ControllerLock.acquire(ID, locks))
        .isInstanceOf(ProcessLayerException.class)
        .hasMessage(
            "a controller with the id "
                + ID
                + " runs on this host already (process "
                + controller.pid()
                + "): stop it, or give this one another --id");
    // One that keeps its locks elsewhere gets its lock, and must leave them alone all the same.
    try (ControllerLock lock = ControllerLock.acquire(ID, locks.resolve("elsewhere"))) {
      assertThat(Strays.killLeftOvers(lock).killed()).isEmpty();
    }
    assertThat(workers).allMatch(Stat::isAlive);
    assertThat(Stat.isAlive(daemon)).isTrue();
  }

  private Sleeper sleeper() {
    Sleeper sleeper = Sleeper.fresh();
    sleepers.add(sleeper);
    return sleeper;
  }

  private Process startController(ContainmentChoice tier, Sleeper... daemons) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                ControllerUnderTest.class.getName(),
                ID,
                locks.toString(),
                tier.text()));
    Stream.of(daemons).map(daemon -> Long.toString(daemon.seconds())).forEach(command::add);
    Process controller =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    controllers.add(controller);
    return controller;
  }

  /** Waits until its workers run, and returns them. */
  private static List<ProcessId> awaitUp(Process controller) throws IOException {
    BufferedReader output = controller.inputReader(StandardCharsets.UTF_8);
    String line;
    while ((line = output.readLine()) != null) {
      if (line.startsWith("up")) {
        var workers = new ArrayList<ProcessId>();
        for (String pid : line.split(" ", -1)) {
          Stat stat = pid.equals("up") ? null : Stat.of(Long.parseLong(pid));
          if (stat != null) {
            workers.add(stat.id());
          }
        }
        return workers;
      }
    }
    throw new AssertionError("the controller ended before its workers ran");
  }

  /** Stops the controller first, so that it can't start another sidecar. */
  private static void killWithoutSidecar(Process controller) throws Exception {
    Stat stat = Stat.of(controller.pid());
    assertThat(stat).isNotNull();
    Kernel.kill(controller.pid(), 19); // SIGSTOP, to a child that this test has not waited for
    ProcessId sidecar = sidecarOf(controller.pid());
    Signals.send(sidecar, Kernel.SIGKILL);
    Await.until(() -> !Stat.isAlive(sidecar));
    controller.toHandle().destroyForcibly();
    controller.waitFor();
  }

  private static ProcessId sidecarOf(long controller) {
    for (long child : ChildIndex.look().children(controller)) {
      byte[] line = ProcFile.read("/proc/" + child + "/cmdline");
      Stat stat = Stat.of(child);
      if (line != null
          && stat != null
          && new String(line, StandardCharsets.UTF_8).contains("\0warrener-sidecar\0")) {
        return stat.id();
      }
    }
    throw new AssertionError("the controller " + controller + " has no sidecar");
  }

  private static List<Path> cgroupsOf(long controller) {
    var found = new ArrayList<Path>();
    for (Path place : CgroupParent.places()) {
      try (Stream<Path> entries = Files.list(place)) {
        entries
            .filter(entry -> entry.getFileName().toString().contains("@" + controller + "@"))
            .forEach(found::add);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
    return found;
  }
}
