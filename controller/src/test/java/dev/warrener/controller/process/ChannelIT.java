package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.DeathCertificate;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.process.RecordingListener.Heard;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.Stat;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import java.io.FileOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(180)
class ChannelIT {
  static List<ContainmentChoice> tiers() {
    return Tiers.available();
  }

  @ParameterizedTest
  @MethodSource("tiers")
  void framesGoBothWaysInOrder(ContainmentChoice tier) {
    try (Fleet fleet = Fleet.with(tier)) {
      WorkerKey echo = fleet.spawn("exec cat <&4 >&3");
      var sent = new ArrayList<Frame>();
      for (int i = 0; i < 5_000; i++) {
        Frame frame =
            Frame.builder(FrameType.TASK).field("task", i).payload(new byte[i % 300]).build();
        sendSoon(fleet, echo, frame);
        sent.add(frame);
      }

      for (Frame frame : sent) {
        assertThat(fleet.listener().awaitFrame(echo)).isEqualTo(frame);
      }
    }
  }

  @Test
  void aLargeFrameComesWholeAndKeepsItsPlace() {
    try (Fleet fleet = Fleet.with(ContainmentChoice.AUTO)) {
      WorkerKey echo = fleet.spawn("exec cat <&4 >&3");
      byte[] large = new byte[20 << 20];
      new Random(25).nextBytes(large);
      Frame before = Frame.builder(FrameType.TASK).field("task", "before").build();
      Frame body = Frame.builder(FrameType.TASK).field("task", "large").payload(large).build();
      Frame after = Frame.builder(FrameType.TASK).field("task", "after").build();

      for (Frame frame : List.of(before, body, after)) {
        sendSoon(fleet, echo, frame);
      }

      assertThat(fleet.listener().awaitFrame(echo)).isEqualTo(before);
      assertThat(fleet.listener().awaitFrame(echo)).isEqualTo(body);
      assertThat(fleet.listener().awaitFrame(echo)).isEqualTo(after);
    }
  }

  @Test
  void aWorkerThatWritesWithoutEndHoldsUpNoOther() {
    try (Fleet fleet = Fleet.with(ContainmentChoice.AUTO)) {
      WorkerKey loud =
          fleet.spawn("while :; do printf '\\000\\000\\000\\003\\020\\000\\000' >&3; done");
      fleet.listener().awaitFrame(loud);
      WorkerKey echo = fleet.spawn("exec cat <&4 >&3");
      Frame frame = Frame.builder(FrameType.TASK).field("task", "heard").build();

      sendSoon(fleet, echo, frame);

      assertThat(fleet.listener().awaitFrame(echo)).isEqualTo(frame);
      fleet.processes().killAll(List.of(loud, echo));
      assertThat(fleet.listener().awaitTreeEmpty(loud).signal()).isEqualTo(Kernel.SIGKILL);
    }
  }

  @Test
  void workersCostNoThreadOfOurs() {
    try (Fleet fleet = Fleet.with(ContainmentChoice.AUTO)) {
      fleet.spawnAndAwaitUp("");
      long before = threadsThatHear();
      for (int i = 0; i < 10; i++) {
        fleet.spawnAndAwaitUp("");
      }

      assertThat(threadsThatHear()).isLessThanOrEqualTo(before);
    }
  }

  /** Ours, but for those that are there only while a worker starts. */
  private static long threadsThatHear() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("warrener-") && !name.startsWith("warrener-start"))
        .count();
  }

  @ParameterizedTest
  @MethodSource("tiers")
  void allThatAWorkerSaidBeforeItsDeathIsHeardBeforeItsCertificate(ContainmentChoice tier) {
    try (Fleet fleet = Fleet.with(tier)) {
      Sleeper holder = fleet.sleeper();
      // The child holds the channel open when the worker is dead, and is killed with the tree.
      WorkerKey worker =
          fleet.spawn(
              Escape.SETSID.script(holder)
                  + "\ni=0; while [ $i -lt 3000 ]; do "
                  + Fleet.READY
                  + "; i=$((i+1)); done; printf '\\000\\000' >&3; echo end; kill -KILL $$");

      fleet.listener().awaitTreeEmpty(worker);

      List<Heard> heard = fleet.listener().heardOf(worker);
      assertThat(heard.getFirst()).isInstanceOf(Heard.Spawned.class);
      assertThat(heard.getLast()).isInstanceOf(Heard.TreeEmpty.class);
      assertThat(heard).filteredOn(Heard.Said.class::isInstance).hasSize(3_000);
      assertThat(heard).contains(new Heard.Printed("end"));
      assertThat(holder.alive()).isEmpty();
    }
  }

  @Test
  void outputIsHeardLineByLine() {
    try (Fleet fleet = Fleet.with(ContainmentChoice.AUTO)) {
      WorkerKey worker = fleet.spawn("echo one; echo two >&2; printf 'no end of line'");

      fleet.listener().awaitTreeEmpty(worker);

      assertThat(fleet.listener().heardOf(worker, Heard.Printed.class))
          .extracting(Heard.Printed::line)
          .containsExactly("one", "two", "no end of line");
    }
  }

  @Test
  void aWorkerFindsItsChannelOnTheDescriptorsThatItsEnvironmentNames() {
    try (Fleet fleet = Fleet.with(ContainmentChoice.AUTO)) {
      WorkerKey worker =
          fleet.spawn(
              "echo $WARRENER_FRAMES_IN $WARRENER_FRAMES_OUT; read x && echo input;"
                  + " env | grep -v -E '^(WARRENER_|PATH=|PWD=|_=|SHLVL=|OLDPWD=)'");

      fleet.listener().awaitTreeEmpty(worker);

      assertThat(fleet.listener().heardOf(worker, Heard.Printed.class))
          .extracting(Heard.Printed::line)
          .containsExactly("4 3");
    }
  }

  @ParameterizedTest
  @MethodSource("tiers")
  void aWorkerThatDoesNotReadHoldsUpNeitherSenderNorKill(ContainmentChoice tier) {
    ProcessSettings settings = Fleet.settings().containment(tier).sendQueueFrames(8).build();
    try (Fleet fleet = Fleet.with(settings)) {
      Sleeper holder = fleet.sleeper();
      WorkerKey deaf = fleet.spawnAndAwaitUp(Escape.SETSID.script(holder));
      holder.awaitOne();
      Frame large = Frame.builder(FrameType.TASK).payload(new byte[1 << 20]).build();

      int accepted = 0;
      while (fleet.processes().send(deaf, large)) {
        accepted++;
        assertThat(accepted).as("frames taken for a worker that reads none").isLessThan(20);
      }
      fleet.processes().kill(deaf);
      fleet.listener().awaitTreeEmpty(deaf);

      assertThat(fleet.processes().send(deaf, large)).as("sent to a dead worker").isFalse();
      assertThat(holder.alive()).isEmpty();
    }
  }

  @Test
  void whatIsNoFrameKillsItsWorker() {
    try (Fleet fleet = Fleet.with(ContainmentChoice.AUTO)) {
      WorkerKey worker =
          fleet.spawn(
              Fleet.READY + "; printf '\\377\\377\\377\\377' >&3; while :; do sleep 1000; done");

      DeathCertificate certificate = fleet.listener().awaitTreeEmpty(worker);

      assertThat(certificate.signal()).isEqualTo(Kernel.SIGKILL);
      assertThat(fleet.listener().heardOf(worker, Heard.Said.class)).hasSize(1);
    }
  }

  @Test
  void theEndOfAChannelIsNoDeath() {
    try (Fleet fleet = Fleet.with(ContainmentChoice.AUTO)) {
      WorkerKey worker =
          fleet.spawn(
              "exec 3>&- 4<&-; echo closed; exec >/dev/null 2>&1; while :; do sleep 1000; done");
      fleet.listener().awaitLine(worker, "closed");
      WorkerKey later = fleet.spawnAndAwaitUp("");

      assertThat(Stat.isAlive(fleet.listener().spawnedAs(worker))).isTrue();

      fleet.processes().killAll(List.of(worker, later));
      assertThat(fleet.listener().awaitTreeEmpty(worker).signal()).isEqualTo(Kernel.SIGKILL);
    }
  }

  @Test
  void anOutsiderThatHoldsTheChannelOpenDelaysTheCertificateOnlyForAWhile() throws Exception {
    ProcessSettings settings = Fleet.settings().drainWithin(Duration.ofMillis(50)).build();
    try (Fleet fleet = Fleet.with(settings)) {
      WorkerKey worker = fleet.spawn(Fleet.READY + "; while :; do sleep 1000; done");
      fleet.listener().awaitFrame(worker);
      long pid = fleet.listener().spawnedAs(worker).pid();
      // This process, which is none of the worker's, takes a hold on the worker's end.
      try (var channel = new FileOutputStream("/proc/" + pid + "/fd/3")) {
        fleet.processes().kill(worker);
        fleet.listener().awaitTreeEmpty(worker);

        try {
          channel.write(new byte[] {0, 0, 0, 3, 16, 0, 0});
        } catch (IOException e) {
          // The JDK has closed our end meanwhile: then nobody can read it, either.
          assertThat(e).hasMessageContaining("Broken pipe");
        }
      }
      WorkerKey later = fleet.spawnAndAwaitUp("");
      assertThat(fleet.listener().heardOf(worker).getLast()).isInstanceOf(Heard.TreeEmpty.class);
      fleet.processes().kill(later);
      fleet.listener().awaitTreeEmpty(later);
      assertThat(fleet.listener().heardOf(worker).getLast()).isInstanceOf(Heard.TreeEmpty.class);
    }
  }

  /** A queue that is full for a moment is no failure here. */
  private static void sendSoon(Fleet fleet, WorkerKey worker, Frame frame) {
    long start = System.nanoTime();
    while (!fleet.processes().send(worker, frame)) {
      assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(60).toNanos());
      LockSupport.parkNanos(100_000);
    }
  }
}
