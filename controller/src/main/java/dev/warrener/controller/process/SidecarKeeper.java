package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.Stat;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that there is a sidecar: starts another one when it has died or could not be started.
 * Starts follow each other less and less often while they fail. Owned by the spawner's thread.
 */
final class SidecarKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(SidecarKeeper.class);

  static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /**
   * A sidecar that lived at least this long did not fail at its start: the next pause is the first
   * one again.
   */
  private static final Duration HEALTHY_AFTER = Duration.ofSeconds(10);

  private final ControllerRun run;
  private final Containment containment;
  private final Spawner spawner;
  private final Descendants descendants;

  private @Nullable Sidecar sidecar;
  private Duration pause = FIRST_PAUSE;
  private boolean ended;

  SidecarKeeper(
      ControllerRun run, Containment containment, Spawner spawner, Descendants descendants) {
    this.run = run;
    this.containment = containment;
    this.spawner = spawner;
    this.descendants = descendants;
  }

  /** Starts a sidecar now, unless the controller ends. */
  void start() {
    if (ended) {
      return;
    }
    long begun = System.nanoTime();
    try {
      Sidecar fresh = Sidecar.start(run, containment);
      sidecar = fresh;
      Stat stat = Stat.of(fresh.process().pid());
      if (stat != null) {
        descendants.addForeign(stat.id());
      }
      var _ =
          fresh
              .process()
              .onExit()
              .thenRun(() -> spawner.execute(() -> replace(fresh, System.nanoTime() - begun)));
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      String why = e.toString();
      undo(why);
    }
  }

  /**
   * Ends a sidecar of which nobody has a handle. It must not live: when the garbage collector
   * closes its pipe, it would take that for the controller's death and kill every worker.
   */
  private void undo(String why) {
    Sidecar half = sidecar;
    sidecar = null;
    if (half != null) {
      half.kill();
    }
    if (!Spawner.undoSidecar(run)) {
      spawner.executeLater(FIRST_PAUSE, () -> undo(why));
      return;
    }
    LOG.error(
        "there is no sidecar ({}): if the controller is killed now, descendants of workers stay"
            + " alive until its next start; it is tried again in {} ms",
        why,
        pause.toMillis());
    startLater();
  }

  private void replace(Sidecar dead, long livedNanos) {
    if (ended || sidecar != dead) {
      return;
    }
    sidecar = null;
    if (livedNanos >= HEALTHY_AFTER.toNanos()) {
      pause = FIRST_PAUSE;
    }
    LOG.warn(
        "the sidecar has died after {} ms; another one is started in {} ms",
        livedNanos / 1_000_000,
        pause.toMillis());
    startLater();
  }

  private void startLater() {
    spawner.executeLater(pause, this::start);
    pause = next(pause);
  }

  /** Returns the pause after a pause. */
  static Duration next(Duration pause) {
    Duration doubled = pause.multipliedBy(2);
    return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
  }

  /**
   * Ends the sidecar for good.
   *
   * @param allDead whether no worker is left; else the sidecar kills what is left
   */
  void end(boolean allDead) throws InterruptedException {
    ended = true;
    Sidecar last = sidecar;
    if (last == null) {
      return;
    }
    if (allDead) {
      last.end();
    } else {
      last.unleash();
    }
  }
}
