package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.controller.death.DeathCertificate;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.process.RecordingListener.Heard;
import dev.warrener.controller.process.linux.ChildIndex;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.Signals;
import dev.warrener.controller.process.linux.Stat;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How workers end by other ways than a kill of ours, and what is kept of the dead. */
@Timeout(180)
class WorkerEndIT {

  static List<ContainmentChoice> tiers() {
    return Tiers.available();
  }

  @ParameterizedTest
  @MethodSource("tiers")
  void aWorkerThatExitsTakesItsDaemonsAlong(ContainmentChoice tier) {
    try (Fleet fleet = Fleet.with(tier)) {
      Sleeper daemons = fleet.sleeper();
      WorkerKey worker =
          fleet.spawn(
              "trap 'exit 3' TERM\n"
                  + Escape.DAEMON_WITH_CLEAN_ENVIRONMENT.script(daemons)
                  + "\necho up; while :; do sleep 1000 & wait; done");
      fleet.listener().awaitLine(worker, "up");
      ProcessId daemon = daemons.awaitOne();

      fleet.processes().terminate(worker);
      DeathCertificate certificate = fleet.listener().awaitTreeEmpty(worker);

      assertThat(certificate.exitCode()).isEqualTo(3);
      assertThat(certificate.signal()).isZero();
      assertThat(Stat.isAlive(daemon)).isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource("tiers")
  void aWorkerThatIsAskedToEndAndDoesSoDiesBySigterm(ContainmentChoice tier) {
    try (Fleet fleet = Fleet.with(tier)) {
      WorkerKey worker = fleet.spawnAndAwaitUp("");

      fleet.processes().terminate(worker);
      DeathCertificate certificate = fleet.listener().awaitTreeEmpty(worker);

      assertThat(certificate.signal()).isEqualTo(Kernel.SIGTERM);
      assertThat(certificate.exitCode()).isNull();
    }
  }

  @ParameterizedTest
  @MethodSource("tiers")
  void aWorkerThatKillsItselfIsCertifiedSo(ContainmentChoice tier) {
    try (Fleet fleet = Fleet.with(tier)) {
      WorkerKey worker = fleet.spawn("kill -SEGV $$");

      DeathCertificate certificate = fleet.listener().awaitTreeEmpty(worker);

      assertThat(certificate.signal()).isEqualTo(11);
      assertThat(certificate.exitCode()).isNull();
    }
  }

  @Test
  void aProgramThatDoesNotExistIsReported() {
    try (Fleet fleet = Fleet.with(ContainmentChoice.AUTO)) {
      WorkerKey worker = fleet.spawn(List.of("no-such-program"));

      assertThat(fleet.listener().awaitSpawnFailed(worker))
          .contains("there is no program 'no-such-program' on the PATH");
    }
  }

  @Test
  void nothingIsSpawnedTwiceOrFromAnEmptyCommand() {
    try (Fleet fleet = Fleet.with(ContainmentChoice.AUTO)) {
      WorkerKey worker = fleet.spawnAndAwaitUp("");
      WorkerProcesses processes = fleet.processes();
      List<String> command = List.of("true");
      Map<String, String> environment = Map.of();

      assertThatThrownBy(() -> processes.spawn(worker, command, environment))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("there is a worker 1.1 already");
      assertThatThrownBy(() -> processes.spawn(new WorkerKey(2, 1), List.of(), environment))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the command of worker 2.1 is empty");
    }
  }

  @ParameterizedTest
  @MethodSource("tiers")
  void closingKillsEverything(ContainmentChoice tier) {
    RecordingListener heard;
    var workers = new ArrayList<WorkerKey>();
    Sleeper daemons;
    Fleet fleet = Fleet.with(tier);
    try (fleet) {
      heard = fleet.listener();
      daemons = fleet.sleeper();
      workers.add(fleet.spawnAndAwaitUp(Escape.DAEMON.script(daemons)));
      daemons.awaitOne();
      workers.add(fleet.spawnAndAwaitUp(""));
      workers.add(fleet.spawn("sleep 1000"));
      fleet.processes().close();
      fleet.processes().close();
      assertThat(daemons.alive()).isEmpty();
    }
    for (WorkerKey worker : workers) {
      heard.awaitEnd(worker);
    }
  }

  @Test
  void twoHundredRandomKillsFromOutsideGiveOneCertificateEach() {
    Random random = new Random(42);
    List<Escape> escapes = Escape.possible();
    var dead = new ArrayList<WorkerKey>();
    RecordingListener heard;
    try (Fleet fleet = Fleet.with(ContainmentChoice.AUTO)) {
      heard = fleet.listener();
      record Member(WorkerKey worker, Sleeper escaped) {}
      var living = new ArrayList<Member>();
      while (dead.size() < 200) {
        while (living.size() < 6) {
          Sleeper escaped = fleet.sleeper();
          Escape escape = escapes.get(random.nextInt(escapes.size()));
          living.add(new Member(fleet.spawnAndAwaitUp(escape.script(escaped)), escaped));
        }
        Member victim = living.remove(random.nextInt(living.size()));
        ProcessId process = heard.spawnedAs(victim.worker());
        assertThat(Stat.isAlive(process)).as("%s is alive before its kill", process).isTrue();

        Signals.send(process, Kernel.SIGKILL);

        DeathCertificate certificate = heard.awaitTreeEmpty(victim.worker());
        assertThat(certificate.signal()).isEqualTo(Kernel.SIGKILL);
        assertThat(victim.escaped().alive()).isEmpty();
        dead.add(victim.worker());
      }
    }
    for (WorkerKey worker : dead) {
      assertThat(heard.heardOf(worker, Heard.TreeEmpty.class)).hasSize(1);
      assertThat(heard.heardOf(worker).getLast()).isInstanceOf(Heard.TreeEmpty.class);
    }
  }

  @Test
  void theControllerKeepsNothingOfTheDead() throws Exception {
    // Tests without marks leave dead children in this JVM, which are none of this fleet's.
    List<Stat> ofOthers = deadChildren();
    try (Fleet fleet = Fleet.with(ContainmentChoice.AUTO)) {
      // The first worker has the JVM open files that it keeps.
      startAndKill(fleet);
      Await.until(() -> ofOthers.containsAll(deadChildren()));
      long descriptors = descriptors();

      for (int i = 0; i < 20; i++) {
        startAndKill(fleet);
      }

      // Each start of a worker takes a thread, which then waits for the next start.
      assertThat(threadsNamed("warrener-start")).isBetween(1L, 8L);
      Await.until(() -> descriptors() <= descriptors);
      Await.until(() -> ofOthers.containsAll(deadChildren()));
    }
  }

  private static void startAndKill(Fleet fleet) {
    WorkerKey worker = fleet.spawnAndAwaitUp(Escape.DAEMON.script(fleet.sleeper()));
    fleet.processes().kill(worker);
    fleet.listener().awaitTreeEmpty(worker);
  }

  private static long threadsNamed(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(prefix))
        .count();
  }

  private static long descriptors() {
    String[] names = new File("/proc/self/fd").list();
    return names == null ? 0 : names.length;
  }

  private static List<Stat> deadChildren() {
    return ChildIndex.look().children(ProcessHandle.current().pid()).stream()
        .map(Stat::of)
        .filter(stat -> stat != null && stat.isDead())
        .toList();
  }
}
