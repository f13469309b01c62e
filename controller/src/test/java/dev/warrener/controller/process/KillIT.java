package dev.warrener.controller.process;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.DeathCertificate;
import dev.warrener.controller.death.Survivor;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.process.RecordingListener.Heard;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.Stat;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(180)
class KillIT {

  static List<ContainmentChoice> tiers() {
    return Tiers.available();
  }

  static List<ContainmentChoice> provenTiers() {
    return Tiers.available().stream().filter(tier -> tier != ContainmentChoice.SUBREAPER).toList();
  }

  static Stream<Arguments> tiersAndEscapes() {
    return Tiers.available().stream()
        .flatMap(tier -> Escape.possible().stream().map(escape -> Arguments.of(tier, escape)));
  }

  @ParameterizedTest
  @MethodSource("tiersAndEscapes")
  void nothingThatAWorkerLeavesBehindOutlivesItsKill(ContainmentChoice tier, Escape escape) {
    try (Fleet fleet = Fleet.with(tier)) {
      Sleeper sleeper = fleet.sleeper();
      WorkerKey worker = fleet.spawnAndAwaitUp(escape.script(sleeper));
      ProcessId own = fleet.listener().spawnedAs(worker);
      ProcessId escaped = sleeper.awaitOne();

      fleet.processes().kill(worker);
      DeathCertificate certificate = fleet.listener().awaitTreeEmpty(worker);

      assertThat(Stat.isAlive(escaped)).as("what the worker left behind lives").isFalse();
      assertThat(Stat.isAlive(own)).as("the worker lives").isFalse();
      assertThat(certificate.pid()).isEqualTo(own.pid());
      assertThat(certificate.startTicks()).isEqualTo(own.startTicks());
      assertThat(certificate.containment()).isEqualTo(tier.text());
      // Of one that was met outside, the empty cgroup says nothing.
      boolean left =
          tier == ContainmentChoice.CGROUP && escape == Escape.DAEMON_THAT_LEFT_ITS_CGROUP;
      assertThat(certificate.proven()).isEqualTo(tier != ContainmentChoice.SUBREAPER && !left);
      assertThat(certificate.signal()).isEqualTo(Kernel.SIGKILL);
      assertThat(certificate.exitCode()).isNull();
      assertThat(certificate.processesKilled()).isPositive();
      assertThat(certificate.deathMicros()).isPositive();
    }
  }

  /** Without marks a daemon that has cut every tie can be anybody's while another worker lives. */
  @ParameterizedTest
  @EnumSource(
      value = Escape.class,
      names = {"DAEMON_OF_ANOTHER_USER", "DAEMON_THAT_LEFT_ITS_CGROUP"},
      mode = EnumSource.Mode.EXCLUDE)
  void nothingOutlivesTheKillOfTheOnlyWorkerWhereThereAreNoMarks(Escape escape) {
    try (Fleet fleet = Fleet.withoutMarks()) {
      Sleeper sleeper = fleet.sleeper();
      WorkerKey worker = fleet.spawnAndAwaitUp(escape.script(sleeper));
      ProcessId escaped = sleeper.awaitOne();

      fleet.processes().kill(worker);
      fleet.listener().awaitTreeEmpty(worker);

      assertThat(Stat.isAlive(escaped)).isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource("tiersAndEscapes")
  void aKillLeavesEverythingOfTheOtherWorkersAlive(ContainmentChoice tier, Escape escape) {
    try (Fleet fleet = Fleet.with(tier)) {
      Sleeper victims = fleet.sleeper();
      Sleeper others = fleet.sleeper();
      WorkerKey victim = fleet.spawnAndAwaitUp(escape.script(victims));
      WorkerKey other = fleet.spawnAndAwaitUp(escape.script(others));
      ProcessId ofVictim = victims.awaitOne();
      ProcessId ofOther = others.awaitOne();

      fleet.processes().kill(victim);
      fleet.listener().awaitTreeEmpty(victim);

      assertThat(Stat.isAlive(ofVictim)).isFalse();
      assertThat(Stat.isAlive(ofOther)).as("what the other worker left behind lives").isTrue();
      assertThat(Stat.isAlive(fleet.listener().spawnedAs(other))).isTrue();
      assertThat(fleet.listener().heardOf(other, Heard.TreeEmpty.class)).isEmpty();

      fleet.processes().kill(other);
      fleet.listener().awaitTreeEmpty(other);

      assertThat(Stat.isAlive(ofOther)).isFalse();
    }
  }

  @Test
  void withoutMarksAKillLeavesTheOthersDaemonsAlive() {
    try (Fleet fleet = Fleet.withoutMarks()) {
      Sleeper others = fleet.sleeper();
      fleet.spawnAndAwaitUp(Escape.DAEMON_WITH_CLEAN_ENVIRONMENT.script(others));
      ProcessId ofOther = others.awaitOne();
      WorkerKey victim = fleet.spawnAndAwaitUp("");

      fleet.processes().kill(victim);
      fleet.listener().awaitTreeEmpty(victim);

      assertThat(Stat.isAlive(ofOther)).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("tiers")
  void aSpinningWorkerDies(ContainmentChoice tier) {
    try (Fleet fleet = Fleet.with(tier)) {
      WorkerKey worker = fleet.spawn("echo up; while :; do :; done");
      fleet.listener().awaitLine(worker, "up");

      fleet.processes().kill(worker);

      assertThat(fleet.listener().awaitTreeEmpty(worker).signal()).isEqualTo(Kernel.SIGKILL);
    }
  }

  @ParameterizedTest
  @MethodSource("tiers")
  void aStoppedWorkerDies(ContainmentChoice tier) {
    try (Fleet fleet = Fleet.with(tier)) {
      WorkerKey worker = fleet.spawn("echo up; kill -STOP $$");
      fleet.listener().awaitLine(worker, "up");
      Await.state(fleet.listener().spawnedAs(worker), 'T');

      fleet.processes().kill(worker);

      assertThat(fleet.listener().awaitTreeEmpty(worker).signal()).isEqualTo(Kernel.SIGKILL);
    }
  }

  @ParameterizedTest(allowZeroInvocations = true) // In a plain container nothing proves anything.
  @MethodSource("provenTiers")
  void aChainThatForksWithoutEndDiesWhereTheKernelProvesIt(
      ContainmentChoice tier, @TempDir Path directory) throws Exception {
    Path pipe = directory.resolve("held-open-by-the-chain");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    try (Fleet fleet = Fleet.with(tier)) {
      WorkerKey worker =
          fleet.spawn(
              "exec 9>"
                  + pipe
                  + "\nlink='echo link >&9; sh -c \"$link\" & exit'; export link\n"
                  + "setsid sh -c \"$link\"\nwhile :; do sleep 1000; done");
      try (var in = new FileInputStream(pipe.toFile())) {
        readLinks(in, 50);
        fleet.processes().kill(worker);
        assertThat(fleet.listener().awaitTreeEmpty(worker).proven()).isTrue();
        // Only when no process holds the other end does reading come to an end.
        in.readAllBytes();
      }
    }
  }

  /** Ways in which a daemon pretends to belong to the worker whose process is {@code $other}. */
  enum Disguise {
    MARK("eval \"$leave\"; take $((m - 1))"),
    CGROUP("enter; take 7");

    private final String commands;

    Disguise(String commands) {
      this.commands = commands;
    }

    String script(Sleeper sleeper, ProcessId other) {
      return "other=%d; seconds=%s; export other seconds; %s; "
              .formatted(other.pid(), sleeper.seconds(), Escape.LEAVE)
          + "(setsid sh -c '"
          + "enter() { echo 0 > $(grep cgroup2 /proc/self/mountinfo | cut -d \" \" -f 5 | head -n 1)"
          + "$(sed -n s/^0:://p /proc/$other/cgroup)/cgroup.procs; };"
          + "take() { ulimit -S -w $1 || ulimit -S -x $1; } 2>/dev/null;"
          + "m=$({ ulimit -S -w || ulimit -S -x; } 2>/dev/null);"
          + commands
          + "; (sleep $seconds &)' &)";
    }
  }

  static Stream<Arguments> cgroupAndDisguises() {
    return cgroup()
        .flatMap(
            tier -> Stream.of(Disguise.values()).map(disguise -> Arguments.of(tier, disguise)));
  }

  static Stream<ContainmentChoice> cgroup() {
    return Tiers.available().stream().filter(tier -> tier == ContainmentChoice.CGROUP);
  }

  @ParameterizedTest(allowZeroInvocations = true) // A plain container has no cgroup to write to.
  @MethodSource("cgroupAndDisguises")
  void aDaemonThatPretendsToBeAnothersTakesTheCgroupsProofAway(
      ContainmentChoice tier, Disguise disguise) {
    try (Fleet fleet = Fleet.with(tier)) {
      Sleeper disguised = fleet.sleeper();
      WorkerKey other = fleet.spawnAndAwaitUp("");
      WorkerKey victim =
          fleet.spawnAndAwaitUp(disguise.script(disguised, fleet.listener().spawnedAs(other)));
      ProcessId daemon = disguised.awaitOne();

      fleet.processes().kill(victim);

      assertThat(fleet.listener().awaitTreeEmpty(victim).proven())
          .as("proven, while the daemon lives: " + Stat.isAlive(daemon))
          .isFalse();
    }
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("cgroup")
  void aDaemonOfAnotherWorkerTakesNoProofAway(ContainmentChoice tier) {
    try (Fleet fleet = Fleet.with(tier)) {
      Sleeper others = fleet.sleeper();
      WorkerKey victim = fleet.spawnAndAwaitUp("");
      fleet.spawnAndAwaitUp(Escape.DAEMON.script(others));
      ProcessId ofOther = others.awaitOne();

      fleet.processes().kill(victim);

      assertThat(fleet.listener().awaitTreeEmpty(victim).proven()).isTrue();
      assertThat(Stat.isAlive(ofOther)).isTrue();
    }
  }

  private static void readLinks(FileInputStream in, int links) throws IOException {
    int bytes = links * "link\n".length();
    assertThat(in.readNBytes(bytes)).hasSize(bytes);
  }

  @ParameterizedTest
  @MethodSource("tiers")
  void manyAreKilledAtOnce(ContainmentChoice tier) {
    try (Fleet fleet = Fleet.with(tier)) {
      var workers = new ArrayList<WorkerKey>();
      for (int i = 0; i < 12; i++) {
        workers.add(fleet.spawnAndAwaitUp("setsid sleep 1000 &"));
      }

      fleet.processes().killAll(workers);

      for (WorkerKey worker : workers) {
        assertThat(fleet.listener().awaitTreeEmpty(worker).signal()).isEqualTo(Kernel.SIGKILL);
        assertThat(Stat.isAlive(fleet.listener().spawnedAs(worker))).isFalse();
      }
    }
  }

  @Test
  void killingTwiceKillsOnceAndKillingNobodyIsHarmless() {
    RecordingListener heard;
    WorkerKey worker;
    try (Fleet fleet = Fleet.with(ContainmentChoice.AUTO)) {
      heard = fleet.listener();
      worker = fleet.spawnAndAwaitUp("");
      fleet.processes().kill(new WorkerKey(99, 99));
      fleet.processes().kill(worker);
      fleet.processes().kill(worker);
      fleet.listener().awaitTreeEmpty(worker);
      fleet.processes().kill(worker);
      WorkerKey other = fleet.spawnAndAwaitUp("");
      fleet.processes().kill(other);
      fleet.listener().awaitTreeEmpty(other);
    }
    assertThat(heard.heardOf(worker, Heard.TreeEmpty.class)).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("tiers")
  void aWorkerThatIsKilledWhileItStartsLeavesNothing(ContainmentChoice tier) {
    Random random = new Random(7);
    try (Fleet fleet = Fleet.with(tier)) {
      for (int i = 0; i < 60; i++) {
        Sleeper sleeper = fleet.sleeper();
        WorkerKey worker = fleet.spawn(Escape.DAEMON.script(sleeper) + "\nsleep 1000");
        LockSupport.parkNanos(random.nextLong(20_000_000));
        fleet.processes().kill(worker);
        fleet.listener().awaitEnd(worker);
        assertThat(sleeper.alive()).isEmpty();
      }
    }
  }

  @Test
  void aTreeThatIsNotEmptyInTimeIsReportedOnceAndStillKilled() {
    var settings = Fleet.settings().unconfirmedAfter(Duration.ofMillis(50)).build();
    // As long as the layer is held up in telling of the worker it can't see it end.
    var started = new CountDownLatch(1);
    var reported = new CountDownLatch(1);
    var listener =
        new RecordingListener() {
          @Override
          public void spawned(WorkerKey worker, long pid, long startTicks) {
            started.countDown();
            await(reported);
            super.spawned(worker, pid, startTicks);
          }

          @Override
          public void unconfirmed(
              WorkerKey worker,
              long pid,
              long startTicks,
              List<Survivor> survivors,
              @Nullable String doubt) {
            super.unconfirmed(worker, pid, startTicks, survivors, doubt);
            reported.countDown();
          }
        };
    try (Fleet fleet = Fleet.with(settings, listener)) {
      WorkerKey worker = fleet.spawn("while :; do sleep 1000; done");
      await(started);

      fleet.processes().kill(worker);

      listener.awaitUnconfirmed(worker);
      listener.awaitTreeEmpty(worker);
      assertThat(listener.heardOf(worker, Heard.Unconfirmed.class)).hasSize(1);
    }
  }

  @ParameterizedTest
  @MethodSource("tiers")
  void aCertificateForWhichThereIsNoMemoryIsGivenLater(ContainmentChoice tier) {
    var told = new CountDownLatch(3);
    var listener =
        new RecordingListener() {
          @Override
          public void treeEmpty(DeathCertificate certificate) {
            told.countDown();
            if (told.getCount() > 0) {
              throw new OutOfMemoryError("staged by the test");
            }
            super.treeEmpty(certificate);
          }
        };
    var settings = Fleet.settings().containment(tier).build();
    try (Fleet fleet = Fleet.with(settings, listener)) {
      WorkerKey worker = fleet.spawnAndAwaitUp("");

      fleet.processes().kill(worker);

      listener.awaitTreeEmpty(worker);
      WorkerKey other = fleet.spawnAndAwaitUp("");
      fleet.processes().kill(other);
      listener.awaitTreeEmpty(other);
      assertThat(listener.heardOf(worker, Heard.TreeEmpty.class)).hasSize(1);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
