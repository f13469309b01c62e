package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.Stat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class StraysIT {
  private static final String ID = "strays-test";

  @TempDir private Path locks;
  private final List<Sleeper> sleepers = new ArrayList<>();

  @AfterEach
  void leaveNothing() {
    sleepers.forEach(Sleeper::cleanUp);
  }

  @Test
  void whatCarriesTheCookieOfARunThatIsOverIsKilled() throws Exception {
    ProcessId stray = startWithCookie(new ControllerRun(ID, 7, namespace(), deadPid(), 1));

    assertThat(killLeftOvers().killed()).extracting(Strays.Stray::pid).containsExactly(stray.pid());
    assertThat(Stat.isAlive(stray)).isFalse();
  }

  @Test
  void whatCarriesTheMarkOfARunThatIsOverIsKilledThoughItsEnvironmentIsWiped() throws Exception {
    var over = new ControllerRun(ID, 1_234_567_890, namespace(), deadPid(), 1);
    ProcessId stray = startWithMark(Mark.of(over, 3));
    try (ControllerLock lock = ControllerLock.acquire(ID, locks)) {
      assertThat(Strays.killLeftOvers(lock).killed())
          .as("by a lock that knows no such run")
          .isEmpty();
    }
    Files.writeString(locks.resolve(ID + ".lock"), over + "\n");

    assertThat(killLeftOvers().killed()).extracting(Strays.Stray::pid).containsExactly(stray.pid());
    assertThat(Stat.isAlive(stray)).isFalse();
  }

  @Test
  void aRunIsForgottenOnlyWhenItsStraysAreGone() throws Exception {
    var over = new ControllerRun(ID, 1_234_567_891, namespace(), deadPid(), 1);
    Files.writeString(locks.resolve(ID + ".lock"), over + "\n");

    // This one is killed before it has looked for strays, so the next has to know of both.
    ControllerLock.acquire(ID, locks).close();
    try (ControllerLock lock = ControllerLock.acquire(ID, locks)) {
      assertThat(lock.formerRuns()).hasSize(2).first().isEqualTo(over);
      Strays.killLeftOvers(lock);
    }
    try (ControllerLock lock = ControllerLock.acquire(ID, locks)) {
      assertThat(lock.formerRuns()).hasSize(1).doesNotContain(over);
    }
  }

  @Test
  void whatBelongsToAnotherOrALivingControllerIsLeftAlone() throws Exception {
    Stat self = Stat.of(ProcessHandle.current().pid());
    assertThat(self).isNotNull();
    long pid = self.id().pid();
    long start = self.id().startTicks();
    List<ProcessId> spared =
        List.of(
            startWithCookie(new ControllerRun(ID, 8, namespace(), pid, start)),
            startWithCookie(new ControllerRun(ID + "-2", 9, namespace(), deadPid(), 1)),
            startWithCookie(new ControllerRun("x-" + ID, 9, namespace(), deadPid(), 1)),
            startWithCookie(new ControllerRun(ID, 10, namespace() + 1, deadPid(), 1)),
            startWithMark(Mark.of(new ControllerRun(ID, 11, namespace(), pid, start), 1)));

    assertThat(killLeftOvers().killed()).isEmpty();
    assertThat(spared).allMatch(Stat::isAlive);
  }

  private Strays killLeftOvers() {
    try (ControllerLock lock = ControllerLock.acquire(ID, locks)) {
      return Strays.killLeftOvers(lock);
    }
  }

  private ProcessId startWithCookie(ControllerRun run) throws IOException {
    Sleeper sleeper = Sleeper.fresh();
    sleepers.add(sleeper);
    var builder = new ProcessBuilder("sleep", Long.toString(sleeper.seconds()));
    builder.environment().put(Cookie.VARIABLE, new Cookie(run, new WorkerKey(1, 1)).toString());
    builder.start();
    return sleeper.awaitOne();
  }

  private ProcessId startWithMark(long mark) throws IOException {
    Sleeper sleeper = Sleeper.fresh();
    sleepers.add(sleeper);
    var builder =
        new ProcessBuilder(
            "sh",
            "-c",
            "ulimit -S -w $1 2>/dev/null || ulimit -S -x $1; exec sleep $2",
            "sh",
            Long.toString(mark),
            Long.toString(sleeper.seconds()));
    builder.start();
    return sleeper.awaitOne();
  }

  private static long namespace() {
    return ControllerRun.begin(ID).pidNamespace();
  }

  /** The number of a process that has ended; with start time 1 it can't even be reused. */
  private static long deadPid() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    return process.pid();
  }
}
