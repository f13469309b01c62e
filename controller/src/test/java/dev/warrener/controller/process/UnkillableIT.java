package dev.warrener.controller.process;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.DeathCertificate;
import dev.warrener.controller.death.Survivor;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.process.RecordingListener.Heard;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.ProcFile;
import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.Stat;
import dev.warrener.testbroker.FrozenFileSystem;
import dev.warrener.testbroker.NeedsFrozenFileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Processes that wait in the kernel, where no signal reaches them: state D. */
@NeedsFrozenFileSystem
@Timeout(180)
class UnkillableIT {
  @TempDir private Path directory;
  private FrozenFileSystem files;

  static List<ContainmentChoice> tiers() {
    return Tiers.available();
  }

  @BeforeEach
  void freeze() throws IOException {
    files = FrozenFileSystem.make(directory);
    files.freeze();
  }

  @AfterEach
  void thaw() throws IOException {
    files.close();
  }

  @ParameterizedTest
  @MethodSource("tiers")
  void aDaemonThatNoSignalReachesIsNamedAndCertifiedOnlyWhenItIsGone(ContainmentChoice tier)
      throws IOException {
    var settings =
        Fleet.settings().containment(tier).unconfirmedAfter(Duration.ofMillis(300)).build();
    try (Fleet fleet = Fleet.with(settings)) {
      WorkerKey worker = fleet.spawnAndAwaitUp("setsid sh -c 'echo >" + files.file() + "' &");
      ProcessId own = fleet.listener().spawnedAs(worker);
      ProcessId stuck = awaitStuck(fleet, own);

      fleet.processes().kill(worker);
      List<Survivor> survivors = fleet.listener().awaitUnconfirmed(worker);

      assertThat(survivors)
          .anySatisfy(survivor -> {
            assertThat(survivor.pid()).isEqualTo(stuck.pid());
            assertThat(survivor.state()).isEqualTo("D");
            assertThat(survivor.command()).isEqualTo("sh");
          });
      assertThat(Stat.isAlive(stuck)).isTrue();
      assertThat(fleet.listener().heardOf(worker, Heard.TreeEmpty.class)).isEmpty();

      files.thaw();
      DeathCertificate certificate = fleet.listener().awaitTreeEmpty(worker);

      assertThat(Stat.isAlive(stuck)).isFalse();
      assertThat(certificate.proven()).isEqualTo(tier != ContainmentChoice.SUBREAPER);
      assertThat(fleet.listener().heardOf(worker, Heard.Unconfirmed.class)).hasSize(1);
    }
  }

  @ParameterizedTest
  @MethodSource("tiers")
  void aWorkerThatNoSignalReachesIsNamedItselfAndDelaysNoOther(ContainmentChoice tier)
      throws IOException {
    var settings =
        Fleet.settings().containment(tier).unconfirmedAfter(Duration.ofMillis(300)).build();
    try (Fleet fleet = Fleet.with(settings)) {
      WorkerKey stuck = fleet.spawn("echo up; echo >" + files.file());
      WorkerKey other = fleet.spawnAndAwaitUp("");
      fleet.listener().awaitLine(stuck, "up");
      ProcessId own = fleet.listener().spawnedAs(stuck);
      Await.until(() -> isStuck(own.pid()));

      fleet.processes().killAll(List.of(stuck, other));

      fleet.listener().awaitTreeEmpty(other);
      assertThat(fleet.listener().awaitUnconfirmed(stuck))
          .extracting(Survivor::pid)
          .contains(own.pid());
      files.thaw();
      assertThat(fleet.listener().awaitTreeEmpty(stuck).signal()).isEqualTo(Kernel.SIGKILL);
      assertThat(Stat.isAlive(own)).isFalse();
    }
  }

  /** The process of the worker's tree that waits in the kernel. */
  private static ProcessId awaitStuck(Fleet fleet, ProcessId worker) {
    long mark = Mark.read(worker.pid());
    Set<Stat> looked = new HashSet<>();
    long start = System.nanoTime();
    while (NANOSECONDS.toSeconds(System.nanoTime() - start) < 30) {
      for (long pid : ProcFile.allPids()) {
        Stat stat = Stat.of(pid);
        // Starting a program takes a moment in that state, too.
        if (stat != null && stat.state() == 'D' && Mark.read(pid) == mark && !looked.add(stat)) {
          return stat.id();
        }
      }
      LockSupport.parkNanos(20_000_000);
    }
    throw new AssertionError("nothing of run " + fleet.run() + " waits in the kernel");
  }

  private static boolean isStuck(long pid) {
    Stat stat = Stat.of(pid);
    return stat != null && stat.state() == 'D';
  }
}
